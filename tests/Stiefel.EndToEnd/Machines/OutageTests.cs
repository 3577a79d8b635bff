using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Machines.Stations;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests a desktop in use whose server goes away for a while, and that its cable carries nothing readable. Other outages are in <see cref="AccidentTests"/>.</summary>
[Trait("Needs", "machines")]
public sealed class OutageTests(MachineParts parts) : PayloadScenario(parts)
{
    private const string Recording = "cable.pcap";
    private const string Marker = "marker-block-7b3f19c05ad24e86-of-the-laptops-disk";
    private const string TunnelNumber = PayloadChecks.InLink + " ip -o link show dev stiefeltunnel | cut -d: -f1";
    // ETHTOOL_GWOL (linux/ethtool.h), as `ethtool` shows it; WAKE_MAGIC is 32.
    private const string WakesBy =
        "perl -e 'socket(S, 2, 2, 0); $w = pack(\"L3x8\", 5, 0, 0); $r = pack(\"a16Px16\", \"stiefellink\", $w); ioctl(S, 0x8946, $r) or die $!; print((unpack(\"L3\", $w))[2] == 32 ? \"magic\" : \"not\")'";

    private const string File = "/root/written-after-all";

    private static readonly TimeSpan s_serverAway = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_writing = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_adapterAway = TimeSpan.FromSeconds(5);

    [Fact]
    public Task Desktop_InUse_SurvivesServerRestartWithoutIpv6AndTellsTheCableNothing() => PlayAsync(
        "outages",
        async (run, payload) =>
        {
            await UseAsync(payload);
            var key = (await Parts.StationsAsync()).KeyFile;
            new CableRecording(Path.Combine(run.WorkDirectory, Recording)).AssertNothingCanBeRead(
                [Encoding.ASCII.GetBytes(Marker), "PRETTY_NAME=\"Debian"u8.ToArray(), .. await CableRecording.KeyInAnyFormAsync(key, Token)]);
        },
        (File, "written"),
        Recording);

    /// <summary>The adapter is replaced by one of another kind with the same address, which can wake the desktop, as the usual one cannot: `stiefel wake` is heard from then on.</summary>
    [Fact]
    [Trait("Needs", "long")]
    public Task Desktop_AdapterReplacedByOneThatCanWakeIt_IsArmedForTheMagicPacket() => PlayAsync("wake-armed", async (_, payload) =>
    {
        // Its driver is on the disk that it leads to.
        await payload.Shell.RunAsync("modprobe 8139cp", Token);
        await ReplugAsync(payload.Desktop, payload.Shell, "rtl8139");
        Assert.Equal("magic", (await payload.Shell.RunAsync($"{PayloadChecks.InLink} {WakesBy}", Token)).Trim());
        await payload.Desktop.PowerOffAsync(payload.Shell, Token);
    });

    private async Task UseAsync(RunningPayload payload)
    {
        (var laptop, var desktop, var shell) = payload;
        await AssertDiskIsInTheTunnelOnlyAsync(shell);
        await ReadAndWriteAsync(shell);
        await RestartServerAsync(laptop, shell);
        await SwitchIpv6OffAsync(shell);
        await PayloadChecks.NoDiskErrorAsync(shell, Token);
        await PayloadChecks.WriteAsync(shell, File, "written", Token);
        await desktop.PowerOffAsync(shell, Token);
    }

    /// <summary>Kills the server while the desktop writes, and keeps it away for a while.</summary>
    private async Task RestartServerAsync(Laptop laptop, ConsoleShell shell)
    {
        // Write once beforehand, so that the programs are in memory and only a write meets the outage, not the start of a program.
        await shell.RunAsync(WriteAndSync(TimeSpan.FromSeconds(1)), Token);
        await shell.StartAsync(WriteAndSync(s_writing), Token);
        await laptop.StopServerForAsync(s_serverAway, Token);
        var written = await shell.FinishAsync(TimeLimits.Command * 2, Token);

        Assert.True(written.ExitCode == 0, $"writing on the desktop failed: {written.Text}");
        var result = Regex.Match(written.Text, @"(?<count>\d+) writes, longest (?<longest>\d+) ms");
        Assert.True(result.Success, $"unexpected: {written.Text}");
        // A write must have waited for the server, or the test shows nothing.
        Assert.InRange(int.Parse(result.Groups["longest"].Value, CultureInfo.InvariantCulture), 5000, 60000);
    }

    // Sync every write: the slowest one tells how long the disk was away.
    private static string WriteAndSync(TimeSpan time) => $$"""
        end=$(($(date +%s) + {{time.TotalSeconds:0}})); n=0; longest=0; failed=0
        while [ $(date +%s) -lt $end ]; do
        before=$(date +%s%3N)
        dd if=/dev/urandom of=/root/outage bs=64k count=4 conv=fsync status=none || { failed=1; break; }
        took=$(($(date +%s%3N) - before)); n=$((n + 1)); [ $took -le $longest ] || longest=$took
        done; echo "$n writes, longest $longest ms"; [ $failed = 0 ]
        """;

    /// <summary>Checks that the server lists no export inside the tunnel, that it does not answer on the link, and that the tunnel's packets fit the link.</summary>
    private async Task AssertDiskIsInTheTunnelOnlyAsync(ConsoleShell shell)
    {
        var inside = await shell.TryRunAsync(PayloadChecks.InLink + " nbdinfo --list 'nbd://[fe80::1%25stiefeltunnel]:10809'", Token);
        Assert.DoesNotContain("export=", inside.Text, StringComparison.Ordinal);
        // Prove that the server was reached.
        Assert.Contains("newstyle-fixed", inside.Text, StringComparison.Ordinal);

        foreach (var address in (string[])[MachineRun.LaptopAddress, "fe80::1"])
        {
            var outside = await shell.TryRunAsync($"{PayloadChecks.InLink} timeout 5 nbdinfo --list 'nbd://[{address}%25stiefellink]:10809'", Token);
            Assert.NotEqual(0, outside.ExitCode);
            Assert.DoesNotContain("newstyle", outside.Text, StringComparison.Ordinal);
        }

        // Both cards and QEMU's cable carry 9000 bytes; whether they are used depends on how fast this machine is with them.
        Assert.Contains("mtu 8920", await shell.RunAsync($"{PayloadChecks.InLink} ip link show dev stiefeltunnel", Token), StringComparison.Ordinal);
        Assert.Contains("packets of 9000 bytes", await shell.RunAsync("dmesg | grep 'stiefel: the cable'", Token), StringComparison.Ordinal);

        // The laptop's system must see neither the link nor the tunnel.
        var links = await shell.RunAsync("ip -o link", Token);
        Assert.DoesNotContain("stiefel", links, StringComparison.Ordinal);
        Assert.DoesNotContain(MachineRun.DesktopMac, links, StringComparison.Ordinal);
    }

    /// <summary>Writes known content to the laptop's disk, and reads it back from there.</summary>
    private async Task ReadAndWriteAsync(ConsoleShell shell) => await shell.RunAsync(
        $"for i in $(seq 200); do echo {Marker}; done >/root/marker && sync && echo 3 >/proc/sys/vm/drop_caches && grep -c {Marker} /root/marker && cat /etc/os-release", Token);

    /// <summary>Switches IPv6 off as a sysctl.d file of the laptop may do: the link is not affected.</summary>
    private async Task SwitchIpv6OffAsync(ConsoleShell shell)
    {
        await shell.RunAsync("echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6", Token);
        await shell.StartAsync("dd if=/dev/urandom of=/root/without-ipv6 bs=64k count=16 conv=fsync status=none", Token);
        var written = await shell.FinishAsync(TimeLimits.Command * 2, Token);
        Assert.True(written.ExitCode == 0, $"writing after IPv6 was switched off failed: {written.Text}");
    }

    /// <summary>Replugs the adapter, which gets another interface index: writing waits and goes on, in the same tunnel.</summary>
    private async Task ReplugAsync(Desktop desktop, ConsoleShell shell, string model)
    {
        var before = await TunnelNumberAsync(shell);
        await desktop.Machine.UnplugAdapterAsync(Token);
        await shell.StartAsync("dd if=/dev/urandom of=/root/replug bs=64k count=16 conv=fsync status=none", Token);
        await Task.Delay(s_adapterAway, Token);
        await desktop.Machine.PlugAdapterAsync(Token, model);
        var written = await shell.FinishAsync(TimeLimits.Command * 2, Token);
        Assert.True(written.ExitCode == 0, $"writing while the adapter was away failed: {written.Text}");
        Assert.Equal(before, await TunnelNumberAsync(shell));
    }

    // The kernel may write a message to the same console in between.
    private async Task<string> TunnelNumberAsync(ConsoleShell shell) =>
        (await shell.RunAsync(TunnelNumber, Token)).Split('\n').Single(line => line.Length > 0 && line.All(char.IsAsciiDigit));
}
