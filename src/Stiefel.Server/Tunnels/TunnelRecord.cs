using System.Security.Cryptography;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Server.Tunnels;

/// <summary>The laptop's end of a tunnel, recorded for a server that starts later; keys in the format of <see cref="TunnelKey"/>.</summary>
/// <param name="PrivateKey">The laptop's private key. Secret.</param>
/// <param name="PeerKey">The desktop's public key.</param>
/// <param name="PresharedKey">The preshared key. Secret.</param>
/// <param name="Port">The UDP port; 0 while none is assigned.</param>
/// <param name="LargestMtu">The cable's MTU in bytes that is tried besides the usual one; null for none, and from an older server.</param>
public sealed record TunnelRecord(string PrivateKey, string PeerKey, string PresharedKey, int Port, int? LargestMtu = null)
{
    /// <summary>What the desktop is told.</summary>
    public TunnelGrant ToGrant() => new(TunnelKey.Format(PublicKey()), Port, LargestMtu);

    /// <summary>The laptop's public key.</summary>
    public byte[] PublicKey()
    {
        var key = Convert.FromHexString(PrivateKey);
        try
        {
            return X25519.PublicKeyOf(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>A text for logs, without secrets.</summary>
    public override string ToString() => $"tunnel at port {Port}";
}
