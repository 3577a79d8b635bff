using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.Network;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Linux.Tests.Network;

/// <summary>
/// Two machines with a switch between them, each in a network namespace; this process is the near one. The ends carry packets of <see cref="Full"/> bytes.
/// TCP hands whole segments to its card, as it does in a tunnel: a virtual switch forwards larger bundles of them unseen.
/// </summary>
internal sealed class PacketPath : IDisposable
{
    internal const int Full = 8920;
    internal const int Safe = 1420;

    private const string Near = "pp0";

    private readonly string _switch = $"stiefel-switch-{Environment.ProcessId}";
    private readonly string _far = $"stiefel-away-{Environment.ProcessId}";
    private readonly NetworkNamespace _farNamespace;

    internal PacketPath(int farMtu = Full)
    {
        Ip($"netns add {_switch}");
        Ip($"netns add {_far}");
        Ip($"-n {_switch} link add wire type bridge mcast_snooping 0");
        Ip($"link add {Near} type veth peer name near netns {_switch}");
        Ip($"-n {_far} link add far0 type veth peer name far netns {_switch}");
        Ip($"link set {Near} mtu {Full} gso_max_segs 1 up");
        Ip($"-n {_far} link set far0 mtu {farMtu} gso_max_segs 1 up");
        SetSwitchMtu(9000);
        foreach (var port in (string[])["near", "far"])
        {
            Ip($"-n {_switch} link set {port} master wire up");
        }

        Ip($"-n {_switch} link set wire up");
        Ip($"address add fe80::2/64 dev {Near} nodad");
        Ip($"-n {_far} address add {FarAddress}/64 dev far0 nodad");
        Index = RouteNetlink.ListLinks().Single(link => link.Name == Near).Index;
        Assert.True(EchoSocket.Allow());
        _farNamespace = NetworkNamespace.Of(File.OpenHandle($"/run/netns/{_far}"));
    }

    internal static IPAddress FarAddress { get; } = IPAddress.Parse("fe80::1");

    /// <summary>The number of the near machine's interface.</summary>
    internal int Index { get; }

    /// <summary>The routes to the far machine.</summary>
    internal static string Routes => Ip($"-6 route show dev {Near}");

    /// <summary>Sets the MTU of the switch. It drops larger packets without a word, as switches do.</summary>
    internal void SetSwitchMtu(int mtu)
    {
        Ip($"-n {_switch} link set near mtu {mtu}");
        Ip($"-n {_switch} link set far mtu {mtu}");
    }

    /// <summary>Unplugs the far machine, or plugs it in again.</summary>
    internal void SetFarUp(bool isUp)
    {
        Ip($"-n {_switch} link set far {(isUp ? "up" : "down")}");
    }

    /// <summary>Makes a connection to the far machine; the first socket is the near end.</summary>
    internal (Socket Near, Socket Far) Connect()
    {
        using var listener = _farNamespace.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 4000));
            socket.Listen();
            return socket;
        });
        var near = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        near.Connect(new IPEndPoint(new IPAddress(FarAddress.GetAddressBytes(), Index), 4000));
        return (near, listener.Accept());
    }

    public void Dispose()
    {
        _farNamespace.Dispose();
        Ip($"link del {Near}");
        Ip($"netns del {_far}");
        Ip($"netns del {_switch}");
    }
}
