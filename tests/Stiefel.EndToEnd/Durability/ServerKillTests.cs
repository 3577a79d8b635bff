using Stiefel.EndToEnd.Native;

namespace Stiefel.EndToEnd.Durability;

/// <summary>Kills the published server again and again under a load of writes, and tests that all flushed writes are kept.</summary>
public sealed class ServerKillTests : IDisposable
{
    private const int Kills = 190;
    private const int LongestLifeMilliseconds = 90;

    private readonly Scratch _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Server_KilledAtRandomMoments_LosesNothingThatWasFlushed()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var load = new WriteLoad(seed);
        var disk = _scratch["disk.img"];
        File.WriteAllBytes(disk, new byte[WriteLoad.Blocks * WriteLoad.BlockSize]);
        var port = Scratch.FreePort();
        for (var kill = 1; kill <= Kills; kill++)
        {
            using (var server = NativeProcess.Start(NativeProcess.Binary("stiefel-server"), "--Disk:Path", disk, "--Nbd:Access", "open",
                "--Nbd:ExportName", "x", "--Nbd:Listen", $"127.0.0.1:{port}", "--State:Directory", _scratch["state"]))
            {
                using var socket = NbdWire.Connect("127.0.0.1", port, "x");
                var running = Task.Run(() => load.RunUntilLost(socket), TestContext.Current.CancellationToken);
                await Task.Delay(random.Next(1, LongestLifeMilliseconds), TestContext.Current.CancellationToken);
                server.Kill();
                await running;
            }

            var broken = load.FirstBroken(disk);
            Assert.True(broken is null, $"seed {seed}, kill {kill}: {broken}");
        }

        Assert.True(load.Promises > Kills, $"only {load.Promises} flushes were acknowledged: nothing was shown");

        // Prove that the test notices lost writes: zero the disk, and expect a broken promise.
        await File.WriteAllBytesAsync(disk, new byte[WriteLoad.Blocks * WriteLoad.BlockSize], TestContext.Current.CancellationToken);
        Assert.NotNull(load.FirstBroken(disk));
    }
}
