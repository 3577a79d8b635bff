using System.Buffers.Binary;
using System.Numerics;

namespace Stiefel.Protocol.Crypto;

/// <summary>
/// HMAC-SHA256 (RFC 2104, FIPS 180-4) in plain C#, for the program that stays in a desktop's memory: the runtime's implementation needs
/// OpenSSL, which that program does without. No branch and no table lookup depends on a secret.
/// </summary>
internal static class SoftwareHmacSha256
{
    /// <summary>Size of a tag in bytes.</summary>
    public const int Size = 32;

    private const int Block = 64;
    private const int Rounds = 64;
    private const byte Inner = 0x36, Outer = 0x5c;

    private static readonly uint[] s_start = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    private static readonly uint[] s_round =
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Computes the tag of a short message.</summary>
    /// <param name="key">At most 64 bytes.</param>
    /// <param name="message">Any length; copied once.</param>
    public static byte[] HashData(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message)
    {
        if (key.Length > Block)
        {
            throw new ArgumentException($"expected at most {Block} bytes, got {key.Length}", nameof(key));
        }

        return Hash(Pad(key, Outer), Hash(Pad(key, Inner), message));
    }

    /// <summary>SHA-256 of two parts, one after the other.</summary>
    internal static byte[] Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        var length = first.Length + second.Length;
        // The padding is one set bit, zeros, and the number of bits in the last eight bytes.
        var padded = new byte[(length + 1 + sizeof(ulong) + Block - 1) / Block * Block];
        first.CopyTo(padded);
        second.CopyTo(padded.AsSpan(first.Length));
        padded[length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(padded.Length - sizeof(ulong)), (ulong)length * 8);

        Span<uint> state = stackalloc uint[8];
        s_start.CopyTo(state);
        for (var at = 0; at < padded.Length; at += Block)
        {
            Compress(state, padded.AsSpan(at, Block));
        }

        var result = new byte[Size];
        for (var i = 0; i < state.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(result.AsSpan(i * sizeof(uint)), state[i]);
        }

        return result;
    }

    private static byte[] Pad(ReadOnlySpan<byte> key, byte with)
    {
        var block = new byte[Block];
        key.CopyTo(block);
        for (var i = 0; i < block.Length; i++)
        {
            block[i] ^= with;
        }

        return block;
    }

    private static void Compress(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[Rounds];
        for (var i = 0; i < Rounds; i++)
        {
            w[i] = i < 16
                ? BinaryPrimitives.ReadUInt32BigEndian(block[(i * sizeof(uint))..])
                : w[i - 16] + Mix(w[i - 15], 7, 18, 3) + w[i - 7] + Mix(w[i - 2], 17, 19, 10);
        }

        var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        for (var i = 0; i < Rounds; i++)
        {
            var t1 = h + Turn(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + s_round[i] + w[i];
            var t2 = Turn(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + t1, c, b, a, t1 + t2);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }

    private static uint Turn(uint x, int first, int second, int third) =>
        BitOperations.RotateRight(x, first) ^ BitOperations.RotateRight(x, second) ^ BitOperations.RotateRight(x, third);

    private static uint Mix(uint x, int first, int second, int shift) => BitOperations.RotateRight(x, first) ^ BitOperations.RotateRight(x, second) ^ (x >> shift);
}
