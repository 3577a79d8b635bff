using System.Net;

namespace Stiefel.Linux.WireGuard;

/// <summary>The settings of a WireGuard interface and its only peer (linux/wireguard.h). Keys have 32 bytes; the caller wipes them.</summary>
public sealed record WireGuardOptions
{
    public required byte[] PrivateKey { get; init; }

    /// <summary>The UDP port.</summary>
    public required int ListenPort { get; init; }

    /// <summary>The peer's public key.</summary>
    public required byte[] PeerKey { get; init; }

    public required byte[] PresharedKey { get; init; }

    /// <summary>The peer's address, a link-local one with its zone; null to learn it from the peer's first packet.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>The only address that the peer may have inside the tunnel.</summary>
    public required IPAddress PeerAddress { get; init; }

    /// <summary>Keep-alive interval in seconds; 0 for none.</summary>
    public int KeepAliveSeconds { get; init; }

    /// <summary>A description without any secret.</summary>
    public override string ToString() => $"WireGuard at port {ListenPort}";
}
