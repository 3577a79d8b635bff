using System.Net;

namespace Stiefel.Protocol.Tunnel;

/// <summary>Fixed parameters of the tunnel, which both ends know without exchanging them (docs/protocol.md#tunnel).</summary>
public static class TunnelPlan
{
    /// <summary>
    /// The laptop's address inside the tunnel. It is link-local, so it is valid on this interface only: it cannot be reached through
    /// another one or forwarded, and collides with no network.
    /// </summary>
    public static readonly IPAddress Laptop = IPAddress.Parse("fe80::1");

    /// <summary>The desktop's address inside the tunnel.</summary>
    public static readonly IPAddress Desktop = IPAddress.Parse("fe80::2");

    /// <summary>Length in bits of the network prefix of both addresses.</summary>
    public const int PrefixLength = 64;

    /// <summary>
    /// Interval in seconds of either end's keep-alive packets. They let the laptop notice a new address of the desktop, and start handshakes
    /// itself after the desktop's clock was set back, when WireGuard treats the desktop's own handshakes as replays.
    /// </summary>
    public const int KeepAliveSeconds = 5;

    /// <summary>Largest number of bytes that the tunnel adds to a packet: IPv6 40, UDP 8, WireGuard 32.</summary>
    public const int Overhead = 80;

    /// <summary>Smallest MTU of the link in bytes: IPv6 inside the tunnel needs 1280 (RFC 8200 §5).</summary>
    public const int LeastLinkMtu = 1280 + Overhead;

    /// <summary>MTU inside the tunnel, in bytes.</summary>
    public static int MtuInside(int linkMtu) => linkMtu - Overhead;
}
