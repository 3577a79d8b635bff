using System.Text.RegularExpressions;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Cards whose driver never tells their state, so that it reads `unknown`, as Thunderbolt's does: dummy cards, joined to a cable by filters (man 8 tc-mirred). The
/// search and the disk's agent use them, and the search an interface of a VLAN. Both machines are in one (<see cref="TunnelStage"/>).
/// </summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class UnknownStateTests(MachineParts parts)
{
    private const string Desk = "ip netns exec desk";

    // A dummy card forwards nothing and has no neighbours by itself. What comes by the cable is not for the address of the cable's end, so the kernel would drop it.
    private const string Steps = """
        modprobe -a dummy veth 8021q sch_ingress cls_matchall act_mirred act_skbedit
        add_dummy() { ip link add "$1" address "$2" type dummy && ip link set "$1" arp on multicast on; }
        join() {
            $1 tc qdisc add dev $2 clsact && $1 tc qdisc add dev $3 clsact &&
            $1 tc filter add dev $2 egress matchall action mirred egress redirect dev $3 &&
            $1 tc filter add dev $3 ingress matchall action skbedit ptype host pipe action mirred ingress redirect dev $2
        }
        is_unknown() { $1 ip -o link show dev $2 | grep 'state UNKNOWN' || { $1 ip -d link; return 1; }; }
        """;

    // The desk has a dummy card that leads to the laptop, and a VLAN on a cable whose other end answers nothing without it.
    private const string MakeDesk = $"""
        ip netns add desk && add_dummy blank0 02:00:00:00:00:40 && ip link set blank0 netns desk &&
        ip -n desk link add wire0 type veth peer name far0 netns laptop && ip -n desk link add wire1 type veth peer name far1 netns laptop &&
        ip -n desk link add link wire1 name wire1.7 type vlan id 7 && ip -n laptop link add link far1 name far1.7 type vlan id 7 &&
        laptop sh -c 'echo 1 >/proc/sys/net/ipv6/conf/far1/disable_ipv6' && join '{Desk}' blank0 wire0 &&
        for card in wire0 wire1 blank0 wire1.7; do ip -n desk link set $card up || break; done &&
        for card in far0 far1 far1.7; do ip -n laptop link set $card up || break; done
        """;

    private const string ServeSearch = """
        install -d -m 700 /run/search
        laptop /run/hand-in/stiefel-server --Disk:Path /dev/shm/disk.img --Boot:Kernel /vmlinuz --Boot:Initrd /initrd.img --Boot:CommandLine x \
            --Keys:Directory /run/keys --State:Directory /run/search --State:Keeper none --Admin:Listen none >/run/search.log 2>&1 &
        for i in $(seq 300); do grep -q 'phase serving' /run/search.log && break; sleep 0.2; done; grep 'phase serving' /run/search.log || { cat /run/search.log; false; }
        """;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task Laptop_ByCardsOfUnknownStateOrOfAVlan_IsFound() => PlayAsync("unknown-state-search", async shell =>
    {
        await shell.RunAsync($"make_cable && ip -n laptop link set laptop0 down && {MakeDesk}", _token);
        await shell.RunAsync(ServeSearch, _token);
        await shell.RunAsync($"is_unknown '{Desk}' blank0", _token);
        foreach (var card in (string[])["blank0", "wire1.7"])
        {
            var heard = await shell.TryRunAsync($"{Desk} /run/hand-in/stiefel-client discover --json --key /run/keys/stick.key --seconds 10 --interface {card} 2>&1", _token);
            Assert.True(heard.ExitCode == 0 && Regex.IsMatch(heard.Text, $"\"interface\": ?\"{Regex.Escape(card)}\""), heard.Text + await shell.RunAsync($"{Desk} ip -s -d link; {Desk} ip address; laptop ip address; tail -n 20 /run/search.log", _token));
        }

        // Without the VLAN nobody answers there.
        Assert.NotEqual(0, (await shell.TryRunAsync($"{Desk} /run/hand-in/stiefel-client discover --key /run/keys/stick.key --seconds 2 --interface wire1", _token)).ExitCode);
    });

    [Fact]
    public Task Disk_ByACardOfUnknownState_IsAttached() => PlayAsync("unknown-state-disk", async shell =>
    {
        await shell.RunAsync($"plug() {{ add_dummy desktop0 {TunnelStage.Mac} && ip link add wire type veth peer name laptop0 netns laptop; }}; make_cable && start_server", _token);

        // The agent takes the card into a namespace of its own, where it is joined to the cable; it waits for the laptop meanwhile.
        await shell.RunAsync("start_agent >/run/start.log 2>&1 & for i in $(seq 300); do desktop ip link show dev stiefellink >/dev/null 2>&1 && break; sleep 0.2; done; desktop ip link show dev stiefellink", _token);
        await shell.RunAsync("space=$(pgrep -x stiefel-agent) && ip link set wire netns $space && nsenter -t $space -n ip link set wire up && join \"nsenter -t $space -n\" stiefellink wire", _token);
        await shell.RunAsync("for i in $(seq 300); do [ -s /run/ready ] && break; sleep 0.2; done; [ -s /run/ready ] || { cat /run/start.log; dmesg | grep stiefel: | tail -n 30; desktop ip -d -s link; desktop ip address; false; }", _token);
        await shell.RunAsync("is_unknown \"nsenter -t $space -n\" stiefellink", _token);
        await shell.RunAsync("keep_a_file first && keep_a_file second", _token);
        Assert.DoesNotContain("I/O error", await shell.RunAsync("dmesg", _token), StringComparison.Ordinal);
    });

    private Task PlayAsync(string name, Func<ConsoleShell, Task> playAsync) => parts.PlayAsync(name, async run =>
    {
        await using var laptop = await (await parts.StationsAsync()).TakeUpOwnSystemAsync(run, _token);
        var handIn = await HandInDisk.MakeAsync(run, directory => TunnelStage.FillAsync(parts, directory, _token), _token);
        await laptop.Machine.PlugStickAsync(handIn.Path, _token);
        await TunnelStage.EnterAsync(laptop.Shell, _token);
        await laptop.Shell.RunAsync(Steps, _token);
        await playAsync(laptop.Shell);
    });
}
