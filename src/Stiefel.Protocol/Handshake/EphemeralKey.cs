using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Stiefel.Protocol.Handshake;

/// <summary>One side's fresh nonce and P-256 key pair, used for a single handshake. Not thread-safe.</summary>
internal sealed class EphemeralKey : IDisposable
{
    /// <summary>Size in bytes of a point X‖Y, big-endian, without the leading 04 of SEC 1.</summary>
    public const int PointSize = 2 * CoordinateSize;

    /// <summary>Size in bytes of a coordinate, and of the agreed secret, which is an x coordinate.</summary>
    public const int CoordinateSize = 32;

    private readonly ECDiffieHellman _pair;
    private readonly byte[] _point = new byte[PointSize];
    private readonly byte[] _nonce;

    private EphemeralKey(ECDiffieHellman pair, byte[] nonce)
    {
        _pair = pair;
        _nonce = nonce;
        var q = pair.ExportParameters(includePrivateParameters: false).Q;
        q.X.CopyTo(_point.AsSpan());
        q.Y.CopyTo(_point.AsSpan(CoordinateSize));
    }

    public ReadOnlySpan<byte> Nonce => _nonce;

    public ReadOnlySpan<byte> Point => _point;

    public static EphemeralKey Generate() =>
        new(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256), RandomNumberGenerator.GetBytes(HelloFormat.NonceSize));

    /// <summary>For test vectors: uses a known scalar and nonce.</summary>
    public static EphemeralKey From(byte[] scalar, byte[] nonce) =>
        new(ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar }), nonce);

    /// <summary>Performs ECDH with the peer's point; false if that is not on the curve.</summary>
    public bool TryAgree(ReadOnlySpan<byte> peerPoint, [NotNullWhen(true)] out byte[]? secret)
    {
        secret = null;
        try
        {
            using var peer = ECDiffieHellman.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = peerPoint[..CoordinateSize].ToArray(), Y = peerPoint[CoordinateSize..].ToArray() },
            });
            secret = _pair.DeriveRawSecretAgreement(peer.PublicKey);
            return true;
        }
        catch (CryptographicException)
        {
            return false; // the platform rejects a point that is not on the curve
        }
    }

    public void Dispose() => _pair.Dispose();
}
