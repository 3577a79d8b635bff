using System.Diagnostics;
using System.Globalization;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests a cable that loses, delays, reorders, doubles and damages packets, and one that lets no large packet through: nothing that was written is lost.
/// Beside it, nbd-client and nbd-server at a pair of virtual cards with the same faults show what others make of them; their figures are told.
/// </summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class RoughCableTests(MachineParts parts)
{
    // Every fault is in both directions (man 8 tc-netem).
    private static readonly (string What, string Netem)[] s_faults =
    [
        ("no fault", "limit 1000"),
        ("2 % lost", "loss 2%"),
        ("200 ms there and back", "delay 100ms"),
        ("a quarter out of order", "delay 10ms reorder 25% 50%"),
        ("5 % doubled", "duplicate 5%"),
        ("1 % damaged", "corrupt 1%"),
    ];

    private const string PeersDevice = "/dev/nbd1";

    // A module cannot be read from the disk while the cable is bad.
    private const string Modules = "modprobe -a sch_netem sch_prio sch_ingress ifb cls_matchall cls_basic em_meta act_mirred act_gact veth";

    // The NBD family of netlink is not there in name spaces, so that this client has to use ioctls.
    private const string Peers = $"""
        ip netns add near; ip netns add far
        ip link add near0 netns near type veth peer name far0 netns far
        ip -n near address add 10.77.0.1/24 dev near0; ip -n far address add 10.77.0.2/24 dev far0
        ip -n near link set near0 up; ip -n far link set far0 up; ip -n far link set lo up
        truncate -s 64M /dev/shm/peer.img; printf '[generic]\nlistenaddr = 10.77.0.2\n[peer]\nexportname = /dev/shm/peer.img\nflush = true\n' >/dev/shm/nbd.conf
        ip netns exec far nbd-server -C /dev/shm/nbd.conf
        until ip netns exec near nbd-client -nonetlink 10.77.0.2 {PeersDevice} -N peer; do sleep 1; done
        """;

    private const string BothWays = """
        ip link add ifb0 type ifb; ip link set ifb0 up; tc qdisc add dev stiefellink ingress
        tc filter add dev stiefellink ingress matchall action mirred egress redirect dev ifb0
        """;

    // Both the tunnel's usual packets and TCP's are larger.
    private const string NothingLarge = """
        for link in stiefellink ifb0; do tc qdisc replace dev $link root handle 1: prio; tc filter add dev $link parent 1: basic match "meta(pkt_len gt 1000)" action drop; done
        """;

    private const string NoFault = "tc qdisc del dev stiefellink root; tc qdisc del dev ifb0 root";

    private static readonly TimeSpan s_blackHole = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_patient = TimeLimits.Seconds(600);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Desktop_WhoseCableLosesDelaysReordersDoublesAndDamages_LosesNothing()
    {
        var disk = await parts.PeersDiskAsync();
        await parts.PlayBootedAsync("rough-cable", disk, shell => EndureAsync(shell, $"/dev/nbd0p{disk.SparePartition}"));
    }

    private async Task EndureAsync(ConsoleShell shell, string partition)
    {
        await shell.RunAsync($"{Modules}\nhead -c 2097152 /dev/urandom >/dev/shm/new", _token);
        await shell.RunAsync($"( set -e\n{Peers} )", _token, s_patient);
        await shell.RunAsync($"{PayloadChecks.InLink} sh -ec '{BothWays}'", _token);
        var writer = new KeptWriter(shell, _token);
        await writer.StartAsync();
        foreach (var (what, netem) in s_faults)
        {
            await shell.RunAsync($"{PayloadChecks.InLink} sh -ec 'for link in stiefellink ifb0; do tc qdisc replace dev $link root netem {netem}; done'", _token);
            await shell.RunAsync($"tc -n near qdisc replace dev near0 root netem {netem}; tc -n far qdisc replace dev far0 root netem {netem}", _token);
            var longest = await writer.MoreAsync();
            var ours = await TimeAsync(shell, partition) ?? throw new MachineException($"{what}: the disk could not be written and read");
            var peers = await TimeAsync(shell, PeersDevice);
            Tell($"{what}: 2 MiB written and read in {ours:0.0} s, by nbd-client and nbd-server {(peers is { } time ? $"in {time:0.0} s" : "not at all")}; longest write of the program beside it {longest} ms");
        }

        // A hole for large packets is an outage, whose end the desktop notices.
        await shell.RunAsync($"{PayloadChecks.InLink} setsid sh -ec '{NothingLarge}\nsleep {s_blackHole.TotalSeconds:0}; {NoFault}' </dev/null >/dev/null 2>&1 &", _token);
        var clock = Stopwatch.StartNew();
        await writer.MoreAsync();
        Tell($"nothing above 1000 bytes for {s_blackHole.TotalSeconds:0} s: three more writes ended after {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.True(clock.Elapsed > s_blackHole / 2, $"three writes took only {clock.Elapsed.TotalSeconds:0.0} s: nothing was in their way");
        await writer.EndAsync();
    }

    /// <summary>Writes the same 2 MiB to a device and reads them back, and compares them; null if that fails. The result is in seconds.</summary>
    private async Task<double?> TimeAsync(ConsoleShell shell, string device)
    {
        var done = await shell.TryRunAsync(
            $$"""
            read -r before rest </proc/uptime; timeout 240 sh -ec 'dd if=/dev/shm/new of={{device}} bs=256k oflag=direct conv=notrunc,fsync status=none; dd if={{device}} bs=256k count=8 iflag=direct status=none | cmp - /dev/shm/new' && read -r after rest </proc/uptime && echo "took $before $after"
            """, _token, s_patient);
        var times = done.Text.Split('\n').LastOrDefault(line => line.StartsWith("took ", StringComparison.Ordinal))?.Split(' ');
        return done.ExitCode == 0 && times is [_, var before, var after]
            ? double.Parse(after, CultureInfo.InvariantCulture) - double.Parse(before, CultureInfo.InvariantCulture)
            : null;
    }

    private static void Tell(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
