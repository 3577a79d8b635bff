namespace Stiefel.Protocol.Handover;

/// <summary>The desktop's end of the tunnel, in the session file. Keys are written as <see cref="Tunnel.TunnelKey"/> does.</summary>
/// <param name="Port">The UDP port on both ends.</param>
/// <param name="PrivateKey">The desktop's private key. Secret.</param>
/// <param name="PeerKey">The laptop's public key.</param>
/// <param name="PresharedKey">The pre-shared key. Secret.</param>
public sealed record TunnelSession(int Port, string PrivateKey, string PeerKey, string PresharedKey)
{
    /// <summary>A text without secrets.</summary>
    public override string ToString() => $"WireGuard at port {Port}";
}
