using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests both ends of the tunnel in one machine, whose kernel has WireGuard: the laptop is in a network namespace, and the desktop's agent in one that it makes.
/// Nothing boots: the server takes up a prepared grant as after a restart.
/// </summary>
[Trait("Needs", "machines")]
public sealed class TunnelTests(MachineParts parts)
{
    private const string Server = Stiefel.Machines.Scenarios.Laptop.ServerProcess;
    private const string Tunnel = TunnelStage.Tunnel;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tunnel_OfARestoredGrant_CarriesTheDiskOutlivesTheServerAndGoesWithItsKey()
    {
        await parts.PlayAsync("tunnel", async run =>
        {
            var stations = await parts.StationsAsync();
            await using var laptop = await stations.TakeUpOwnSystemAsync(run, _token);
            var handIn = await HandInDisk.MakeAsync(run, directory => TunnelStage.FillAsync(parts, directory, _token), _token);
            await laptop.Machine.PlugStickAsync(handIn.Path, _token);
            await RunAsync(laptop.Shell);
        });
    }

    private async Task RunAsync(ConsoleShell shell)
    {
        await TunnelStage.EnterAsync(shell, _token);
        await shell.RunAsync("make_cable", _token);
        await shell.RunAsync("start_server", _token);
        await shell.RunAsync("start_agent", _token);

        await CheckAsync(shell);
        var speed = await shell.RunAsync("speed", _token);
        TestContext.Current.TestOutputHelper?.WriteLine(speed);

        // A killed server leaves the tunnel interface in the kernel, and the next server uses it.
        var before = await shell.RunAsync($"laptop cat /sys/class/net/{Tunnel}/ifindex", _token);
        await shell.RunAsync($"kill -9 {Server} && sleep 2 && start_server && keep_a_file after-kill", _token);
        Assert.Equal(before, await shell.RunAsync($"laptop cat /sys/class/net/{Tunnel}/ifindex", _token));
        Assert.Contains("stays in use", await shell.RunAsync("cat /run/server.log", _token), StringComparison.Ordinal);

        // The disk must come back as well if the tunnel is removed on either side.
        await shell.RunAsync($"desktop ip link del stiefeltunnel && kill -9 {Server} && start_server && keep_a_file after-loss", _token);
        await shell.RunAsync($"kill -9 {Server} && ip -n laptop link del {Tunnel} && start_server && keep_a_file after-restart", _token);

        // Revoking the key must remove the interface and the listener.
        await shell.RunAsync($"rm /run/keys/stick.key && for i in $(seq 100); do ip -n laptop link show {Tunnel} >/dev/null 2>&1 || break; sleep 0.2; done; ! ip -n laptop link show {Tunnel}", _token);
        Assert.DoesNotContain("10809", await shell.RunAsync("laptop ss -lntH", _token), StringComparison.Ordinal);
    }

    private async Task CheckAsync(ConsoleShell shell)
    {
        await shell.RunAsync("keep_a_file first", _token);
        var listening = await shell.RunAsync("laptop ss -lntH", _token);
        Assert.Equal($"[fe80::1]%{Tunnel}:10809", Assert.Single(Regex.Matches(listening, @"\S+:10809\b").Select(match => match.Value)));

        // Try the laptop's address on the link, and its address inside the tunnel as if it were on the link.
        foreach (var address in (string[])[TunnelStage.Laptop, "fe80::1"])
        {
            var outside = await shell.TryRunAsync($"desktop timeout 5 nbdinfo --size 'nbd://[{address}%25stiefellink]:10809/{TunnelStage.ExportName}'", _token);
            Assert.NotEqual(0, outside.ExitCode);
        }

        // Prove that the same question is answered inside the tunnel.
        await shell.RunAsync($"desktop nbdinfo --list 'nbd://[fe80::1%25stiefeltunnel]:10809' | grep -q newstyle-fixed", _token);
        Assert.DoesNotMatch("stiefeltunnel|wireguard", await shell.RunAsync("dmesg | grep -i 'I/O error' || true", _token));
    }
}
