using Stiefel.Machines.Consoles;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Packets of 9000 bytes in the kernel's WireGuard, through a switch that first carries and then loses them (<see cref="TunnelStage"/>).</summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class LargePacketsTests(MachineParts parts)
{
    private const string Used = "the cable carries packets of 9000 bytes: they are used";
    private const string Lost = "the cable loses packets of 9000 bytes: the disk goes on with those of 1500";

    private const string NotCarried = "the cable does not carry packets of 9000 bytes: the disk uses those of 1500";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Disk_InLargePackets_OutlivesASwitchThatBeginsToLoseThem() => PlayAsync("large-packets", RunAsync);

    /// <summary>Both ends agreed on large packets, because their drivers can do them, and the port of one of them, or of both, takes none.</summary>
    [Theory]
    [InlineData("port0")]
    [InlineData("port1")]
    [InlineData("port0 port1")]
    public Task Disk_WhereAPortTakesNoLargePackets_GoesOnWithSmallOnes(string ports) => PlayAsync($"large-packets-{ports.Replace(' ', '-')}", async shell =>
    {
        await shell.RunAsync($"plug() {{ plug_switch && for port in {ports}; do ip -n switch link set $port mtu 1500 || return 1; done; }}; make_cable && start_server && start_agent", _token);
        await SaidAsync(shell, NotCarried);
        await shell.RunAsync("keep_a_file first && keep_a_file second", _token);
        await shell.RunAsync("desktop ss -tinH | grep -E ' mss:1[0-9]{3} ' && ! desktop ss -tinH | grep -E ' mss:8[0-9]{3} '", _token);
        Assert.DoesNotContain(Used, await shell.RunAsync("dmesg | grep stiefel: | tail -n 12", _token), StringComparison.Ordinal);
        Assert.DoesNotContain("I/O error", await shell.RunAsync("dmesg", _token), StringComparison.Ordinal);
    });

    private Task PlayAsync(string name, Func<ConsoleShell, Task> playAsync) => parts.PlayAsync(name, async run =>
    {
        var stations = await parts.StationsAsync();
        await using var laptop = await stations.TakeUpOwnSystemAsync(run, _token);
        var handIn = await HandInDisk.MakeAsync(run, directory => TunnelStage.FillAsync(parts, directory, _token, largestMtu: 9000), _token);
        await laptop.Machine.PlugStickAsync(handIn.Path, _token);
        await TunnelStage.EnterAsync(laptop.Shell, _token);
        await playAsync(laptop.Shell);
    });

    private Task<string> SaidAsync(ConsoleShell shell, string line) =>
        shell.RunAsync($"for i in $(seq 100); do dmesg | grep -F '{line}' && break; sleep 0.2; done; dmesg | grep -F '{line}' || {{ dmesg | grep stiefel: | tail -n 30; {PayloadChecks.InLink} ip -d link; cat /run/server.log; false; }}", _token);

    private async Task RunAsync(ConsoleShell shell)
    {
        await shell.RunAsync("plug() { plug_switch; }; make_cable && start_server && start_agent", _token);

        await shell.RunAsync($"dmesg | grep -F '{Used}' && keep_a_file first", _token);
        foreach (var end in (string[])["desktop ip link show dev stiefellink | grep 'mtu 9000'", "desktop ip link show dev stiefeltunnel | grep 'mtu 8920'", $"laptop ip link show dev {TunnelStage.Tunnel} | grep 'mtu 8920'"])
        {
            await shell.RunAsync(end, _token);
        }

        await shell.RunAsync("desktop ss -tinH | grep -E ' mss:8[0-9]{3} '", _token);

        // The file that is written meanwhile needs both directions.
        await shell.RunAsync("keep_a_file across >/run/across.log 2>&1 & sleep 0.2; set_switch mtu 1500; wait $! && cat /run/across.log", _token);
        await shell.RunAsync("keep_a_file afterwards", _token);
        await SaidAsync(shell, Lost);
        await shell.RunAsync("for i in $(seq 100); do grep -F 'packets of 9000 bytes get lost on the way to fe80::20' /run/server.log && break; sleep 0.2; done; grep -F 'get lost on the way' /run/server.log", _token);
        Assert.DoesNotContain("I/O error", await shell.RunAsync("dmesg", _token), StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(await shell.RunAsync("dmesg | grep stiefel: | tail -n 12", _token));
    }
}
