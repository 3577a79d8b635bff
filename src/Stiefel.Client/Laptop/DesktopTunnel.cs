using System.Security.Cryptography;
using Stiefel.Client.Failures;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Handover;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Client.Laptop;

/// <summary>The desktop's end of the tunnel over the link (docs/protocol.md#tunnel): its keys, for one session.</summary>
internal sealed class DesktopTunnel : IDisposable
{
    private readonly byte[] _privateKey = TunnelKey.Generate();
    private readonly byte[] _presharedKey = new byte[TunnelKey.Size];

    public DesktopTunnel(SessionKeys session)
    {
        session.Derive(KeyPurpose.WireGuard, _presharedKey);
        PublicKey = TunnelKey.Format(X25519.PublicKeyOf(_privateKey));
    }

    /// <summary>The public key that the laptop is sent.</summary>
    public string PublicKey { get; }

    /// <summary>Makes the tunnel's settings for the payload.</summary>
    /// <exception cref="ServerException">The laptop announced a tunnel but granted the disk without one, or with an invalid key.</exception>
    public TunnelSession Complete(ExportGrant grant) => grant.Tunnel is { Port: > 0 and <= ushort.MaxValue } laptop && TunnelKey.TryParse(laptop.Key, out _)
        ? new TunnelSession(laptop.Port, TunnelKey.Format(_privateKey), laptop.Key, TunnelKey.Format(_presharedKey))
        : throw new ServerException("the laptop announced a tunnel and granted its disk without one: nothing is booted over an unprotected link; update the laptop's ramdisk");

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_privateKey);
        CryptographicOperations.ZeroMemory(_presharedKey);
    }
}
