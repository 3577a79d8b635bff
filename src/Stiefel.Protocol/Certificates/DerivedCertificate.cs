using System.Net;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Certificates;

/// <summary>
/// The TLS certificate of a shared key (docs/protocol.md#certificate-and-token). Every holder of the key can compute it, so there is nothing to
/// fetch, trust or renew; the same key always gives the same bytes. The certificate signs itself. It is marked as an authority, but for itself
/// only, because some programs can pin nothing but an authority.
/// </summary>
public static class DerivedCertificate
{
    /// <summary>A name that all these certificates are valid for, besides their own <see cref="NameOf"/>, `localhost` and the loopback addresses.</summary>
    public const string CommonName = "stiefel";

    //  derived bytes: 0 scalar, 48 bytes · 48 name, 8 bytes · 56 serial number, 16 bytes
    private const int ScalarBytes = 48;
    private const int NameBytes = 8;
    private const int DerivedBytes = ScalarBytes + NameBytes + 16;

    // Valid from 1970, where a laptop with an empty clock battery starts. The last second of 9999 means "never" (RFC 5280 §4.1.2.5).
    private static readonly DateTimeOffset s_notBefore = DateTimeOffset.UnixEpoch;
    private static readonly DateTimeOffset s_notAfter = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    private static readonly Oid s_serverAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>
    /// The name that a client sends as TLS server name: 16 hexadecimal digits and `.stiefel`. It tells a server with several keys
    /// which certificate to show, and reveals nothing about the key.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The key was disposed of.</exception>
    public static string NameOf(SharedKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> derived = stackalloc byte[DerivedBytes];
        key.Derive(KeyPurpose.Certificate, [], derived);
        var name = NameFrom(derived);
        CryptographicOperations.ZeroMemory(derived);
        return name;
    }

    /// <summary>The certificate, with its private key.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed of.</exception>
    public static X509Certificate2 For(SharedKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var derived = new byte[DerivedBytes];
        var scalar = new byte[DeterministicEcdsa.ScalarSize];
        try
        {
            key.Derive(KeyPurpose.Certificate, [], derived);
            ToScalar(derived.AsSpan(0, ScalarBytes), scalar);
            using var pair = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
            using var bare = Describe(pair, NameFrom(derived)).Create(
                new X500DistinguishedName($"CN={CommonName}"), new DeterministicEcdsa(pair, scalar), s_notBefore, s_notAfter, Serial(derived));
            return bare.CopyWithPrivateKey(pair);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(scalar);
        }
    }

    private static CertificateRequest Describe(ECDsa pair, string name)
    {
        var request = new CertificateRequest($"CN={CommonName}", pair, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(CommonName);
        names.AddDnsName(name);
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([s_serverAuthentication], critical: false));
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    // Reduce 64 bits more than the order has, so that all scalars are practically equally likely (FIPS 186-5 A.2.1).
    private static void ToScalar(ReadOnlySpan<byte> derived, Span<byte> scalar)
    {
        var number = (new BigInteger(derived, isUnsigned: true, isBigEndian: true) % (DeterministicEcdsa.Order - 1)) + 1;
        DeterministicEcdsa.Write(number, scalar);
    }

    private static string NameFrom(ReadOnlySpan<byte> derived) => $"{Convert.ToHexStringLower(derived.Slice(ScalarBytes, NameBytes))}.{CommonName}";

    // Make the number positive and without a leading zero byte, as DER requires.
    private static byte[] Serial(ReadOnlySpan<byte> derived)
    {
        var serial = derived[(ScalarBytes + NameBytes)..].ToArray();
        serial[0] = (byte)((serial[0] & 0x3f) | 0x40);
        return serial;
    }
}
