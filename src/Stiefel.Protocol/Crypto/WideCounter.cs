using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Stiefel.Protocol.Crypto;

/// <summary>Counter mode, eight counters at a time, in one pass over the text.</summary>
internal static class WideCounter
{
    private const int Step = 8 * Omac.BlockSize;

    /// <summary>output = input ^ keystream from the counter high ‖ low on; output may be the input itself.</summary>
    /// <param name="rounds">The key.</param>
    /// <param name="high">The counter's first eight bytes, as a number.</param>
    /// <param name="low">The others.</param>
    /// <param name="input">Any length.</param>
    /// <param name="output">The same length.</param>
    public static void Apply(AesRounds rounds, ulong high, ulong low, ReadOnlySpan<byte> input, Span<byte> output)
    {
        rounds.ThrowIfDisposed();
        var whole = input.Length / Step * Step;
        for (var at = 0; at < whole; at += Step)
        {
            ApplyStep(rounds, ref high, ref low, input.Slice(at, Step), output.Slice(at, Step));
        }

        if (whole < input.Length)
        {
            Span<byte> rest = stackalloc byte[Step];
            rest.Clear();
            input[whole..].CopyTo(rest);
            ApplyStep(rounds, ref high, ref low, rest, rest);
            rest[..(input.Length - whole)].CopyTo(output[whole..]);
            CryptographicOperations.ZeroMemory(rest); // plaintext, and keystream
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ApplyStep(AesRounds rounds, ref ulong high, ref ulong low, ReadOnlySpan<byte> input, Span<byte> output)
    {
        var a = Next(ref high, ref low);
        var b = Next(ref high, ref low);
        var c = Next(ref high, ref low);
        var d = Next(ref high, ref low);
        var e = Next(ref high, ref low);
        var f = Next(ref high, ref low);
        var g = Next(ref high, ref low);
        var h = Next(ref high, ref low);
        rounds.EncryptEight(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        ref var from = ref MemoryMarshal.GetReference(input);
        ref var to = ref MemoryMarshal.GetReference(output);
        (a ^ Vector128.LoadUnsafe(ref from)).StoreUnsafe(ref to);
        (b ^ Vector128.LoadUnsafe(ref from, 16)).StoreUnsafe(ref to, 16);
        (c ^ Vector128.LoadUnsafe(ref from, 32)).StoreUnsafe(ref to, 32);
        (d ^ Vector128.LoadUnsafe(ref from, 48)).StoreUnsafe(ref to, 48);
        (e ^ Vector128.LoadUnsafe(ref from, 64)).StoreUnsafe(ref to, 64);
        (f ^ Vector128.LoadUnsafe(ref from, 80)).StoreUnsafe(ref to, 80);
        (g ^ Vector128.LoadUnsafe(ref from, 96)).StoreUnsafe(ref to, 96);
        (h ^ Vector128.LoadUnsafe(ref from, 112)).StoreUnsafe(ref to, 112);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Next(ref ulong high, ref ulong low)
    {
        // The instructions are those of little-endian processors.
        var block = Vector128.Create(BinaryPrimitives.ReverseEndianness(high), BinaryPrimitives.ReverseEndianness(low)).AsByte();
        if (++low == 0)
        {
            high++;
        }

        return block;
    }
}
