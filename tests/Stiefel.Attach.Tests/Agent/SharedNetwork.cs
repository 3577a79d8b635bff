using System.Diagnostics;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>
/// A switch at the end of a <see cref="Cable"/>: the laptop is at it, at fe80::1, and perhaps a router, at 192.168.77.1, that gives addresses by DHCP and says
/// nothing unless it is asked.
/// </summary>
internal sealed class SharedNetwork : IDisposable
{
    internal const string Router = "192.168.77.1";
    internal const string LaptopMac = "02:00:00:00:02:01";

    private readonly Cable _cable;
    private readonly string _router = $"stiefel-router-{Environment.ProcessId}";
    private Process? _dhcp;

    internal SharedNetwork(Cable cable)
    {
        _cable = cable;
        Ip($"-n {cable.Laptop} link add lan0 address {LaptopMac} type bridge mcast_snooping 0");
        Ip($"-n {cable.Laptop} link set dev lan0 up");
        Ip($"-n {cable.Laptop} address add {Cable.LaptopAddress}/64 dev lan0 nodad");
        Ip($"netns add {_router}");
        PlugIn();
    }

    /// <summary>Connects the cable, which was plugged in again.</summary>
    internal void PlugIn()
    {
        Ip($"netns exec {_cable.Laptop} sysctl -q -w net.ipv6.conf.laptop0.disable_ipv6=1");
        Ip($"-n {_cable.Laptop} link set dev laptop0 master lan0");
    }

    internal void AddRouter()
    {
        Ip($"-n {_cable.Laptop} link add port0 type veth peer name router0 netns {_router}");
        Ip($"-n {_cable.Laptop} link set dev port0 master lan0 up");
        Ip($"netns exec {_router} sysctl -q -w net.ipv6.conf.all.disable_ipv6=1");
        Ip($"-n {_router} address add {Router}/24 dev router0");
        Ip($"-n {_router} link set dev router0 up");
        _dhcp = Process.Start("ip", $"netns exec {_router} dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --interface=router0 --bind-interfaces --dhcp-range=192.168.77.10,192.168.77.20 --dhcp-leasefile=/dev/null --user=root");
    }

    public void Dispose()
    {
        _dhcp?.Kill(entireProcessTree: true);
        _dhcp?.WaitForExit();
        _dhcp?.Dispose();
        Ip($"netns del {_router}");
    }
}
