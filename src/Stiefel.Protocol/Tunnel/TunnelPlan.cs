using System.Net;

namespace Stiefel.Protocol.Tunnel;

/// <summary>What both ends of the tunnel over the link agree on without being told (docs/protocol.md#tunnel).</summary>
public static class TunnelPlan
{
    /// <summary>
    /// The laptop's address inside. Link-local, so that it means nothing without the interface: it cannot be reached through another one,
    /// nor forwarded, and collides with no network.
    /// </summary>
    public static readonly IPAddress Laptop = IPAddress.Parse("fe80::1");

    /// <summary>The desktop's address inside.</summary>
    public static readonly IPAddress Desktop = IPAddress.Parse("fe80::2");

    /// <summary>Bits of both addresses that name the network.</summary>
    public const int PrefixLength = 64;

    /// <summary>
    /// Seconds after which either end says that it is there. So the laptop notices by itself when the desktop's address changed, and begins
    /// handshakes itself when the desktop's clock was set back, whose own ones WireGuard then takes for replays.
    /// </summary>
    public const int KeepAliveSeconds = 5;

    /// <summary>What a packet grows by at most: IPv6 40, UDP 8, WireGuard 32 bytes.</summary>
    public const int Overhead = 80;

    /// <summary>Least MTU of the link, bytes: inside, IPv6 needs 1280 (RFC 8200 §5).</summary>
    public const int LeastLinkMtu = 1280 + Overhead;

    /// <summary>MTU inside, bytes.</summary>
    public static int MtuInside(int linkMtu) => linkMtu - Overhead;
}
