namespace Stiefel.Linux.WireGuard;

/// <summary>What the kernel says of a WireGuard interface.</summary>
/// <param name="PublicKey">Its own, 32 bytes; all zero if it has no key yet.</param>
/// <param name="ListenPort">UDP.</param>
/// <param name="Peers">Those it has.</param>
public sealed record WireGuardState(byte[] PublicKey, int ListenPort, IReadOnlyList<WireGuardPeerState> Peers);

/// <summary>What it says of a peer.</summary>
/// <param name="PublicKey">32 bytes.</param>
/// <param name="LastHandshake">Null if there was none.</param>
/// <param name="ReceivedBytes">Encrypted, from the peer.</param>
/// <param name="SentBytes">Encrypted, to the peer.</param>
public sealed record WireGuardPeerState(byte[] PublicKey, DateTimeOffset? LastHandshake, long ReceivedBytes, long SentBytes);
