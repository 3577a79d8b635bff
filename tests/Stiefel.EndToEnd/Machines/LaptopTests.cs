using System.Globalization;
using Stiefel.EndToEnd.Native;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests the running server ramdisk from inside: its open ports, processes and privileges.</summary>
[Trait("Needs", "machines")]
public sealed class LaptopTests(MachineParts parts)
{
    private const string Listening = "0A";
    private const int BlockServer = 10809;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Ramdisk_WhileItServes_ListensOnTheDocumentedPortsOnly() => parts.PlayServingAsync("laptop-ports", async (_, laptop) =>
    {
        var shell = await laptop.OpenShellAsync(_token);
        // The ramdisk has no ss, so read the files that ss reads (proc_pid_net(5)).
        var tcp = await shell.RunAsync("cat /proc/net/tcp /proc/net/tcp6", _token);
        var udp = await shell.RunAsync("cat /proc/net/udp /proc/net/udp6; cat /proc/net/udplite /proc/net/udplite6 2>/dev/null; true", _token);
        var raw = await shell.RunAsync("cat /proc/net/raw; cat /proc/net/raw6 2>/dev/null; true", _token);

        HashSet<string> found = [.. Ports(tcp, "tcp", state => state == Listening), .. Ports(udp, "udp", _ => true)];
        Assert.Subset(SecurityDocument.Ports(always: false), found);
        Assert.Superset(SecurityDocument.Ports(always: true), found);
        // The block server must not listen on all addresses, because the link itself must not reach it.
        Assert.DoesNotMatch($": (0{{8}}|0{{32}}):{BlockServer:X4} ", tcp);
        Assert.Empty(Ports(raw, "raw", _ => true));

        // The kernel must not forward packets between interfaces.
        var forwarding = await shell.RunAsync("sort -u /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv6/conf/*/forwarding", _token);
        Assert.Equal("0", forwarding);
    });

    [Fact]
    public Task Ramdisk_WhileItServes_HoldsTheDocumentedCapabilitiesOnly() => parts.PlayServingAsync("laptop-privileges", async (_, laptop) =>
    {
        var shell = await laptop.OpenShellAsync(_token);
        await PrivilegeChecks.AsDocumentedAsync(shell, "stiefel-server", Laptop.ServerProcess, _token, "stiefel-server with DHCP");
        // Every other process must be one of these, none of which listens. A kernel thread has an empty cmdline, which grep must find out because files
        // in /proc show no size.
        var running = await shell.RunAsync("for p in /proc/[0-9]*; do grep -q . $p/cmdline 2>/dev/null && cat $p/comm; done | sort -u", _token);
        HashSet<string> names = [.. running.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        Assert.Contains("stiefel-server", names);
        Assert.Subset(
            new HashSet<string>([
                "init", "run-role", "stiefel-server", "tee", "watch-devices", "load-drivers", "modprobe", "mdev", "sleep", "debug-shell", "setsid", "busybox", "sh", "ash",
                "cat", "grep", "sort",
            ]),
            names);
    });

    // A line reads "  0: 00000000000000000000000000000000:1224 0000…:0000 0A …".
    private static IEnumerable<string> Ports(string table, string protocol, Func<string, bool> isOpen) => table.Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(fields => fields.Length > 3 && fields[0].EndsWith(':') && isOpen(fields[3]))
        .Select(fields => $"{protocol} {int.Parse(fields[1].Split(':')[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)}");
}
