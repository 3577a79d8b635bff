using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Stiefel.Protocol.Crypto;

/// <summary>Counter mode, eight counters at a time, in one pass over the text.</summary>
internal static class WideCounter
{
    private const int Step = 8 * Omac.BlockSize;

    /// <summary>Computes output = input ^ keystream from the counter high ‖ low on; output may be the input itself.</summary>
    /// <param name="rounds">The key.</param>
    /// <param name="high">The counter's first eight bytes, as a number.</param>
    /// <param name="low">The counter's last eight bytes, as a number.</param>
    /// <param name="input">Any length.</param>
    /// <param name="output">The same length.</param>
    public static void Apply(AesRounds rounds, ulong high, ulong low, ReadOnlySpan<byte> input, Span<byte> output)
    {
        rounds.ThrowIfDisposed();
        var counter = Vector128.Create(low, high);
        var whole = input.Length / Step * Step;
        for (var at = 0; at < whole; at += Step)
        {
            ApplyStep(rounds, ref counter, input.Slice(at, Step), output.Slice(at, Step));
        }

        if (whole < input.Length)
        {
            Span<byte> rest = stackalloc byte[Step];
            rest.Clear();
            input[whole..].CopyTo(rest);
            ApplyStep(rounds, ref counter, rest, rest);
            rest[..(input.Length - whole)].CopyTo(output[whole..]);
            CryptographicOperations.ZeroMemory(rest); // it held plaintext and keystream
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ApplyStep(AesRounds rounds, ref Vector128<ulong> counter, ReadOnlySpan<byte> input, Span<byte> output)
    {
        var a = Next(ref counter);
        var b = Next(ref counter);
        var c = Next(ref counter);
        var d = Next(ref counter);
        var e = Next(ref counter);
        var f = Next(ref counter);
        var g = Next(ref counter);
        var h = Next(ref counter);
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

    // The counter is kept in little-endian order, low half first, so that the processor can count; a block has its bytes in reverse.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Next(ref Vector128<ulong> counter)
    {
        var block = Ssse3.Shuffle(counter.AsByte(), Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
        counter += Vector128.Create(1UL, 0);
        if (counter[0] == 0)
        {
            counter += Vector128.Create(0UL, 1);
        }

        return block;
    }
}
