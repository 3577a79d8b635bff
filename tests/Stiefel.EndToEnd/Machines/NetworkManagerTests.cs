using Stiefel.Machines.Consoles;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Tests that network managers, firewalls and sysctls of the laptop's system on the desktop do not disturb the disk.</summary>
[Trait("Needs", "machines")]
public sealed class NetworkManagerTests(MachineParts parts)
{
    // The longest write that counts as undisturbed, in milliseconds. A disturbed link costs at least a request's time-out of 5 s; an emulated machine that
    // starts a service is slow by itself.
    private const int Noise = 4000;

    private static readonly (string What, string Command)[] s_steps =
    [
        ("NetworkManager starts", "systemctl start NetworkManager; nmcli -t general status"),
        ("NetworkManager restarts", "systemctl restart NetworkManager"),
        ("NetworkManager takes everything down", "nmcli networking off; nmcli networking on; nmcli networking off"),
        ("NetworkManager stops", "systemctl stop NetworkManager"),
        ("connman starts", "systemctl start connman"),
        ("connman restarts", "systemctl restart connman"),
        ("connman stops", "systemctl stop connman"),
        ("a filter drops everything", "nft add table inet closed && nft 'add chain inet closed incoming { type filter hook input priority 0; policy drop; }' && nft 'add chain inet closed outgoing { type filter hook output priority 0; policy drop; }'"),
        ("filters are flushed", "nft flush ruleset"),
        ("IPv6 is switched off", "sysctl -q -w net.ipv6.conf.default.disable_ipv6=1 net.ipv6.conf.all.disable_ipv6=1"),
        ("everything is set down", "for link in $(ls /sys/class/net); do ip link set dev $link down; done"),
    ];

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Desktop_WhoseNetworkIsManagedFilteredAndSwitchedOff_WritesOnAsIfNothingWere() =>
        await parts.PlayBootedAsync("network-managers", await parts.NetworkManagersDiskAsync(), DisturbAsync);

    private async Task DisturbAsync(ConsoleShell shell)
    {
        var writer = new KeptWriter(shell, _token);
        await writer.StartAsync();
        var calm = await writer.MoreAsync();
        foreach (var (what, command) in s_steps)
        {
            await shell.RunAsync(command, _token, TimeLimits.Command * 2);
            var longest = await writer.MoreAsync();
            var noise = Math.Max(Noise * Math.Max(WorkClock.Instance.Slowness, 1), 4 * calm);
            TestContext.Current.TestOutputHelper?.WriteLine($"{what}: longest {longest} ms");
            Assert.True(longest < noise, $"{what}: a write took {longest} ms, and {calm} ms before anything was done");
        }

        await writer.EndAsync();
        Assert.Equal("0", (await shell.RunAsync("dmesg | grep -c 'connection to the laptop is lost' || true", _token)).Trim());
    }
}
