using System.Security.Cryptography;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Server.Tunnels;

/// <summary>The laptop's end of a tunnel, as it outlives this process; keys as <see cref="TunnelKey"/> writes them.</summary>
/// <param name="PrivateKey">The laptop's. Secret.</param>
/// <param name="PeerKey">The desktop's public key.</param>
/// <param name="PresharedKey">Secret.</param>
/// <param name="Port">UDP; 0 while none is assigned.</param>
public sealed record TunnelRecord(string PrivateKey, string PeerKey, string PresharedKey, int Port)
{
    /// <summary>What the desktop is told.</summary>
    public TunnelGrant ToGrant() => new(TunnelKey.Format(PublicKey()), Port);

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

    /// <summary>Nothing secret.</summary>
    public override string ToString() => $"tunnel at port {Port}";
}
