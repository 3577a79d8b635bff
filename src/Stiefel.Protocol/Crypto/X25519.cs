using System.Security.Cryptography;

namespace Stiefel.Protocol.Crypto;

/// <summary>
/// The function X25519 (RFC 7748 §5), which .NET lacks. We use it to compute the public keys of WireGuard's private keys; the kernel does
/// the key agreement itself. Takes the same time for every key.
/// </summary>
public static class X25519
{
    /// <summary>Size in bytes of a scalar, a coordinate, a public key and a private key.</summary>
    public const int KeySize = 32;

    // (A − 2) / 4 for the curve v² = u³ + A u² + u with A = 486662.
    private const int A24 = 121665;
    private const int BaseU = 9;
    private const int HighestBit = 254;

    /// <summary>The public key of a private one: X25519(k, 9).</summary>
    /// <param name="privateKey">32 bytes; need not be clamped.</param>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> privateKey)
    {
        Span<byte> point = stackalloc byte[KeySize];
        point.Clear();
        point[0] = BaseU;
        var result = new byte[KeySize];
        Multiply(privateKey, point, result);
        return result;
    }

    /// <summary>Computes X25519(k, u).</summary>
    /// <param name="scalar">32 bytes.</param>
    /// <param name="u">32 bytes; the highest bit is ignored.</param>
    /// <param name="result">32 bytes; all zero if u is of low order.</param>
    /// <exception cref="ArgumentException">A length is not 32 bytes.</exception>
    internal static void Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> u, Span<byte> result)
    {
        if (scalar.Length != KeySize || u.Length != KeySize || result.Length != KeySize)
        {
            throw new ArgumentException($"scalar, coordinate and result of X25519 must have {KeySize} bytes each");
        }

        Span<byte> clamped = stackalloc byte[KeySize];
        scalar.CopyTo(clamped);
        clamped[0] &= 0xf8;
        clamped[^1] = (byte)((clamped[^1] & 0x7f) | 0x40);
        Climb(clamped, Field25519.Read(u)).Write(result);
        CryptographicOperations.ZeroMemory(clamped);
    }

    // The Montgomery ladder of RFC 7748 §5, with the same variable names.
    private static Field25519 Climb(ReadOnlySpan<byte> scalar, Field25519 x1)
    {
        var (x2, z2, x3, z3) = (Field25519.Of(1), Field25519.Of(0), x1, Field25519.Of(1));
        var a24 = FieldOfA24();
        long swap = 0;
        for (var t = HighestBit; t >= 0; t--)
        {
            long bit = (scalar[t >> 3] >> (t & 7)) & 1;
            Field25519.Swap(ref x2, ref x3, swap ^ bit);
            Field25519.Swap(ref z2, ref z3, swap ^ bit);
            swap = bit;

            var a = x2 + z2;
            var b = x2 - z2;
            var aa = a * a;
            var bb = b * b;
            var e = aa - bb;
            var da = (x3 - z3) * a;
            var cb = (x3 + z3) * b;
            var sum = da + cb;
            var difference = da - cb;
            x3 = sum * sum;
            z3 = x1 * (difference * difference);
            x2 = aa * bb;
            z2 = e * (aa + (a24 * e));
        }

        Field25519.Swap(ref x2, ref x3, swap);
        Field25519.Swap(ref z2, ref z3, swap);
        return x2 * z2.Invert();
    }

    private static Field25519 FieldOfA24()
    {
        Span<byte> bytes = stackalloc byte[KeySize];
        bytes.Clear();
        BitConverter.TryWriteBytes(bytes, A24);
        return Field25519.Read(bytes);
    }
}
