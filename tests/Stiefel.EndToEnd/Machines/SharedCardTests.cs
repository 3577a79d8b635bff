using System.Net;
using System.Net.Sockets;
using Stiefel.EndToEnd.Native;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests that a desktop with one card uses the network behind it while its disk comes through the same card.</summary>
[Trait("Needs", "machines")]
public sealed class SharedCardTests(MachineParts parts) : PayloadScenario(parts)
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

    private static readonly string s_killAgent = "p=$(pgrep -x stiefel-agent) && kill -9 $p && until [ -n \"$(pgrep -x stiefel-agent)\" ] && [ \"$(pgrep -x stiefel-agent)\" != $p ]; do sleep 0.05; done";

    [Fact]
    public Task Desktop_WithOneCardOnANetworkWithARouter_HasItsAddressThereWhileItsDiskWorks() => PlayAsync("shared-card", async (_, payload) =>
    {
        var (shell, desktop) = (payload.Shell, payload.Desktop.Machine);
        var card = await shell.RunAsync(Card, Token);
        Assert.Contains(MachineRun.DesktopMac, card, StringComparison.Ordinal);
        Assert.Contains("state DOWN", card, StringComparison.Ordinal);
        Assert.Contains("altname enp", await shell.RunAsync("ip link show dev eth0", Token), StringComparison.Ordinal);

        var writer = new KeptWriter(shell, Token);
        await writer.StartAsync();
        await shell.RunAsync(s_networkd, Token);
        await shell.RunAsync("until ip -o link show dev eth0 | grep NO-CARRIER; do sleep 0.2; done", Token);
        var calm = await writer.MoreAsync();
        var here = Scratch.FreePort();
        await payload.Laptop.Machine.PlugRouterAsync(here, Port, Token);
        await shell.RunAsync($"until ip -o -4 address show dev eth0 | grep 10.0.2.15; do sleep 0.2; done", Token, TimeLimits.Command * 2);
        await shell.RunAsync(s_answers, Token);
        await AnswersAsync(here);
        Assert.True(await writer.MoreAsync() < Limit(calm));

        await shell.RunAsync("ip link set dev eth0 down; sleep 1; ip link set dev eth0 up", Token);
        await shell.RunAsync(s_killAgent, Token);
        await AnswersAsync(here);
        Assert.True(await writer.MoreAsync() < Limit(calm));

        await desktop.UnplugAdapterAsync(Token);
        await desktop.PlugAdapterAsync(Token);
        await AnswersAsync(here);
        await writer.EndAsync();
        await PayloadChecks.NoDiskErrorAsync(shell, Token);
        await payload.Desktop.PowerOffAsync(shell, Token);
    });

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
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
                limit.CancelAfter(TimeSpan.FromSeconds(5));
                await client.ConnectAsync(IPAddress.Loopback, here, limit.Token);
                using var reader = new StreamReader(client.GetStream());
                if (await reader.ReadLineAsync(limit.Token) is { } line)
                {
                    Assert.Equal(Answer, line);
                    return;
                }
            }
            catch (Exception exception) when (exception is SocketException or IOException || (exception is OperationCanceledException && !Token.IsCancellationRequested))
            {
                // Not yet.
            }

            Assert.False(deadline.Left <= TimeSpan.Zero, "the desktop's address does not answer");
            await Task.Delay(200, Token);
        }
    }
}
