using System.Net;

namespace Stiefel.Linux.WireGuard;

/// <summary>A WireGuard interface with its one peer (linux/wireguard.h). Keys have 32 bytes and stay the caller's to wipe.</summary>
public sealed record WireGuardOptions
{
    public required byte[] PrivateKey { get; init; }

    /// <summary>UDP.</summary>
    public required int ListenPort { get; init; }

    /// <summary>The peer's public key.</summary>
    public required byte[] PeerKey { get; init; }

    public required byte[] PresharedKey { get; init; }

    /// <summary>Where the peer is, link-local ones with their zone; null to learn it from the peer's first packet.</summary>
    public IPEndPoint? Endpoint { get; init; }

    /// <summary>The only address the peer may have inside.</summary>
    public required IPAddress PeerAddress { get; init; }

    /// <summary>Seconds; 0 for none.</summary>
    public int KeepAliveSeconds { get; init; }

    /// <summary>Nothing secret.</summary>
    public override string ToString() => $"WireGuard at port {ListenPort}";
}
