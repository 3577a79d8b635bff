using System.Formats.Asn1;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Stiefel.Protocol.Certificates;

/// <summary>
/// ECDSA over P-256 with SHA-256 that derives its random number from key and message (RFC 6979), so that it always makes the same certificate.
/// Its arithmetic is not constant-time, so it must sign nothing on a stranger's request: it signs one certificate when a program starts.
/// </summary>
internal sealed class DeterministicEcdsa(ECDsa pair, byte[] scalar) : X509SignatureGenerator
{
    /// <summary>Bytes of a private scalar and of each half of a signature.</summary>
    public const int ScalarSize = 32;

    private const string EcdsaWithSha256 = "1.2.840.10045.4.3.2";

    /// <summary>The order of P-256's group (FIPS 186-4 D.1.2.3).</summary>
    public static BigInteger Order { get; } = BigInteger.Parse("0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>Writes a number in big-endian order, padded with zeros in front.</summary>
    public static void Write(BigInteger number, Span<byte> bytes)
    {
        bytes.Clear();
        number.TryWriteBytes(bytes[^number.GetByteCount(isUnsigned: true)..], out _, isUnsigned: true, isBigEndian: true);
    }

    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(EcdsaWithSha256);
        }

        return writer.Encode();
    }

    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm)
    {
        var (r, s) = Sign(data);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(r);
            writer.WriteInteger(s);
        }

        return writer.Encode();
    }

    /// <summary>Signs the data; returns the two halves of the signature.</summary>
    /// <exception cref="CryptographicException">The platform's own verification rejects the signature.</exception>
    internal (BigInteger R, BigInteger S) Sign(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, digest);
        var z = new BigInteger(digest, isUnsigned: true, isBigEndian: true);
        var d = new BigInteger(scalar, isUnsigned: true, isBigEndian: true);
        var nonces = new HmacDrbg(scalar, z % Order);
        while (true)
        {
            var k = nonces.Next();
            if (k.IsZero || k >= Order)
            {
                continue;
            }

            var r = TimesBase(k) % Order;
            var s = BigInteger.ModPow(k, Order - 2, Order) * (z + (r * d)) % Order;
            if (!r.IsZero && !s.IsZero)
            {
                Span<byte> signature = stackalloc byte[2 * ScalarSize];
                Write(r, signature[..ScalarSize]);
                Write(s, signature[ScalarSize..]);
                return pair.VerifyHash(digest, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
                    ? (r, s)
                    : throw new CryptographicException("the signature just made does not verify");
            }
        }
    }

    protected override PublicKey BuildPublicKey() => new(pair);

    // The x coordinate of k × the base point; the platform computes it as the public key of the private key k.
    private static BigInteger TimesBase(BigInteger k)
    {
        var secret = new byte[ScalarSize];
        Write(k, secret);
        using var pair = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = secret });
        CryptographicOperations.ZeroMemory(secret);
        return new BigInteger(pair.ExportParameters(includePrivateParameters: false).Q.X, isUnsigned: true, isBigEndian: true);
    }

    /// <summary>RFC 6979 §3.2, steps b to h.</summary>
    private sealed class HmacDrbg
    {
        private readonly byte[] _value = new byte[SHA256.HashSizeInBytes];
        private byte[] _key = new byte[SHA256.HashSizeInBytes];

        public HmacDrbg(ReadOnlySpan<byte> scalar, BigInteger message)
        {
            var seed = new byte[2 * ScalarSize];
            scalar.CopyTo(seed);
            Write(message, seed.AsSpan(ScalarSize));
            Array.Fill(_value, (byte)1);
            Mix(0, seed);
            Mix(1, seed);
            CryptographicOperations.ZeroMemory(seed);
        }

        public BigInteger Next()
        {
            HMACSHA256.HashData(_key, _value, _value);
            var number = new BigInteger(_value, isUnsigned: true, isBigEndian: true);
            Mix(0, []); // step h.3, for the next attempt if this one will not do
            return number;
        }

        private void Mix(byte separator, ReadOnlySpan<byte> seed)
        {
            ReadOnlySpan<byte> message = [.. _value, separator, .. seed];
            _key = HMACSHA256.HashData(_key.AsSpan(), message);
            HMACSHA256.HashData(_key, _value, _value);
        }
    }
}
