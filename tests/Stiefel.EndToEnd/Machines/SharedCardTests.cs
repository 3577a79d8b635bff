using System.Net;
using System.Net.Sockets;
using Stiefel.EndToEnd.Native;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests that a desktop with one card uses the network behind it while its disk comes through the same card.</summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class SharedCardTests(MachineParts parts)
{
    private const int Port = 7007;
    private const string Answer = "the desktop's own answer";

    // The longest write that counts as undisturbed, in milliseconds, as in NetworkManagerTests.
    private const int Noise = 4000;

    private const string Card = "ip -o link show dev eth0";

    private static readonly string s_networkd = """
        mkdir -p /run/systemd/network && printf '[Match]\nName=eth0\n[Network]\nDHCP=ipv4\n' >/run/systemd/network/lan.network && systemctl start systemd-networkd
        """;

    private static readonly string s_answers = $$"""
        perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 5, LocalPort => {{Port}}, ReuseAddr => 1) or die; while ($c = $s->accept) { print $c "{{Answer}}\n"; close $c }' </dev/null >/dev/null 2>&1 &
        """;

    private const string KillAgent = "p=$(pgrep -x stiefel-agent) && kill -9 $p && until [ -n \"$(pgrep -x stiefel-agent)\" ] && [ \"$(pgrep -x stiefel-agent)\" != $p ]; do sleep 0.05; done";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Desktop_WithOneCardOnANetworkWithARouter_HasItsAddressThereWhileItsDiskWorks()
    {
        var disk = await parts.DiskAsync(InitramfsMaker.InitramfsTools);
        await parts.PlayAsync("shared-card", async run =>
        {
            var image = await disk.CopyAsync(Path.Combine(run.WorkDirectory, "laptop.img"), _token);
            var key = parts.NewKey("stick");
            await using (var laptop = await RamdiskLaptop.StartAsync(run, [new VirtualDisk(image.Path)], key, _token, "stiefel.Link.Internet=auto"))
            {
                await using var desktop = await Desktop.StartAsync(run, "desktop", DesktopStart.Direct, key, _token);
                await UseAsync(laptop, desktop);
            }

            await DiskChecks.CleanAsync(image, disk.RootPartition, _token);
        });
    }

    private async Task UseAsync(VirtualMachine laptop, Desktop desktop)
    {
        var shell = await desktop.LogInAsync(_token);
        var card = await shell.RunAsync(Card, _token);
        Assert.Contains(MachineRun.DesktopMac, card, StringComparison.Ordinal);
        Assert.Contains("altname enp", card, StringComparison.Ordinal);
        Assert.Contains("state DOWN", card, StringComparison.Ordinal);

        var writer = new KeptWriter(shell, _token);
        await writer.StartAsync();
        await shell.RunAsync(s_networkd, _token);
        await shell.RunAsync("until ip -o link show dev eth0 | grep NO-CARRIER; do sleep 0.2; done", _token);
        var calm = await writer.MoreAsync();
        var here = Scratch.FreePort();
        await laptop.PlugRouterAsync(here, Port, _token);
        await shell.RunAsync("until ip -o -4 address show dev eth0 | grep 10.0.2.15; do sleep 0.2; done", _token, TimeLimits.Command * 2);
        await shell.RunAsync(s_answers, _token);
        await AnswersAsync(here);
        Assert.True(await writer.MoreAsync() < Limit(calm));

        await shell.RunAsync("ip link set dev eth0 down; sleep 1; ip link set dev eth0 up", _token);
        await shell.RunAsync(KillAgent, _token);
        await AnswersAsync(here);
        Assert.True(await writer.MoreAsync() < Limit(calm));

        await desktop.Machine.UnplugAdapterAsync(_token);
        await desktop.Machine.PlugAdapterAsync(_token);
        await AnswersAsync(here);
        await writer.EndAsync();
        await PayloadChecks.NoDiskErrorAsync(shell, _token);
        await desktop.PowerOffAsync(shell, _token);
    }

    private static int Limit(int calm) => Math.Max((int)(Noise * Math.Max(WorkClock.Instance.Slowness, 1)), 4 * calm);

    /// <summary>Asks the desktop from the network until it answers.</summary>
    private async Task AnswersAsync(int here)
    {
        var deadline = new Deadline(TimeLimits.Command);
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(_token);
                limit.CancelAfter(TimeSpan.FromSeconds(5));
                await client.ConnectAsync(IPAddress.Loopback, here, limit.Token);
                using var reader = new StreamReader(client.GetStream());
                if (await reader.ReadLineAsync(limit.Token) is { } line)
                {
                    Assert.Equal(Answer, line);
                    return;
                }
            }
            catch (Exception exception) when (exception is SocketException or IOException || (exception is OperationCanceledException && !_token.IsCancellationRequested))
            {
                // Not yet.
            }

            Assert.False(deadline.Left <= TimeSpan.Zero, "the desktop's address does not answer");
            await Task.Delay(200, _token);
        }
    }
}
