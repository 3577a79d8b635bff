using System.Net;

namespace Stiefel.Linux.WireGuard;

/// <summary>The state of a WireGuard interface according to the kernel.</summary>
/// <param name="PublicKey">The interface's own key, 32 bytes; all zero if it has none yet.</param>
/// <param name="ListenPort">The UDP port.</param>
/// <param name="Peers">Its peers.</param>
public sealed record WireGuardState(byte[] PublicKey, int ListenPort, IReadOnlyList<WireGuardPeerState> Peers);

/// <summary>The state of a peer according to the kernel.</summary>
/// <param name="PublicKey">The peer's key, 32 bytes.</param>
/// <param name="LastHandshake">The time of the last handshake; null if there was none.</param>
/// <param name="ReceivedBytes">Encrypted bytes from the peer.</param>
/// <param name="SentBytes">Encrypted bytes to the peer.</param>
public sealed record WireGuardPeerState(byte[] PublicKey, DateTimeOffset? LastHandshake, long ReceivedBytes, long SentBytes)
{
    /// <summary>Where the peer was heard last, a link-local address with its interface as zone; null if nowhere yet.</summary>
    public IPEndPoint? Endpoint { get; init; }
}
