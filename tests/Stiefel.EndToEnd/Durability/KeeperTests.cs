using Stiefel.EndToEnd.Native;

namespace Stiefel.EndToEnd.Durability;

/// <summary>Kills the server, and tests that its keeper holds the disk until the next one starts.</summary>
public sealed class KeeperTests
{
    private const int LongestLifeMilliseconds = 250;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public Task Server_KilledWhileTheKeeperHoldsTheDisk_GoesOnAndLosesNothing() => KillAsync(8);

    [Fact]
    [Trait("Needs", "long")]
    public Task Server_Killed200TimesWhileTheKeeperHoldsTheDisk_GoesOnAndLosesNothing() => KillAsync(200);

    [Fact]
    public void Server_KilledTogetherWithTheKeeper_HonoursNothingAndTheDiskIsFree()
    {
        using var server = new GrantedServer(WriteLoad.Blocks * WriteLoad.BlockSize);
        var capability = server.Capability;
        using (NbdWire.Connect("127.0.0.1", server.NbdPort, capability))
        {
            server.Kill();
        }

        NativeProcess.Run(0, "kill", $"{server.Keeper}");
        Assert.True(SpinWait.SpinUntil(() => server.IsFree, TimeLimit.Seconds(20)), "the disk is not free");
        server.Start();
        server.WaitFor("is void: the server was killed, and nothing held");
        Assert.True(server.IsFree);
        Assert.Equal(0, server.Keeper);
    }

    [Fact]
    public void Server_EndsInGoodOrder_LeavesNoKeeperAndIsHonoured()
    {
        using var server = new GrantedServer(WriteLoad.Blocks * WriteLoad.BlockSize);
        Assert.False(server.IsFree);
        Assert.NotEqual(0, server.Keeper);
        server.End();
        Assert.True(SpinWait.SpinUntil(() => server.Keeper == 0, TimeLimit.Seconds(20)), "the keeper stays");
        Assert.True(server.IsFree);
        server.Start();
        server.WaitFor("is honoured again");
        Assert.NotEqual(0, server.Keeper);
    }

    private static async Task KillAsync(int kills)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var load = new WriteLoad(seed);
        using var server = new GrantedServer(WriteLoad.Blocks * WriteLoad.BlockSize);
        var capability = server.Capability;
        for (var kill = 1; kill <= kills; kill++)
        {
            using (var socket = NbdWire.Connect("127.0.0.1", server.NbdPort, capability))
            {
                var running = Task.Run(() => load.RunUntilLost(socket), Token);
                var before = load.Promises;
                await Task.Delay(random.Next(1, LongestLifeMilliseconds), Token);
                if (kill % 2 == 0)
                {
                    // Kill every other server only after it has promised something, however slow this machine is.
                    SpinWait.SpinUntil(() => load.Promises > before || running.IsCompleted, TimeLimit.Seconds(20));
                }

                server.Kill();
                await running;
            }

            // The disk is not free for others, and everything promised is on it.
            Assert.False(server.IsFree, $"seed {seed}, kill {kill}: the disk was free");
            var broken = load.FirstBroken(server.Disk);
            Assert.True(broken is null, $"seed {seed}, kill {kill}: {broken}");
            server.Start();
            server.WaitFor("is honoured again");
        }

        Assert.True(load.Promises >= kills / 2, $"only {load.Promises} flushes were acknowledged: nothing was shown");
        Assert.Equal(capability, server.Capability);
    }
}
