using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Stiefel.Protocol.Crypto;

/// <summary>Computes the chains of eight OMACs in parallel. One chain must wait for itself at every block; eight do not wait for each other.</summary>
internal static class WideOmac
{
    /// <summary>Number of messages authenticated at once.</summary>
    public const int Lanes = 8;

    /// <summary>CBC-MACs of eight messages of equal length, each chained to the block <paramref name="start"/>.</summary>
    /// <param name="rounds">The key.</param>
    /// <param name="start">16 bytes that all chains begin with.</param>
    /// <param name="tweak">16 bytes that are combined with each message's last block.</param>
    /// <param name="messages">Message i begins at i × stride.</param>
    /// <param name="stride">Bytes from one message to the next.</param>
    /// <param name="length">Bytes of each message: whole blocks, at least one.</param>
    /// <param name="macs">8 × 16 bytes.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void Chain(
        AesRounds rounds, ReadOnlySpan<byte> start, ReadOnlySpan<byte> tweak, ReadOnlySpan<byte> messages, int stride, int length, Span<byte> macs)
    {
        rounds.ThrowIfDisposed();
        CheckLengths(messages.Length, stride, length, macs.Length);
        ref var text = ref MemoryMarshal.GetReference(messages);
        var lane = (nuint)stride;
        var first = Vector128.Create(start);
        var (a, b, c, d, e, f, g, h) = (first, first, first, first, first, first, first, first);
        for (var at = 0; at < length; at += Omac.BlockSize)
        {
            if (at + Omac.BlockSize == length)
            {
                var last = Vector128.Create(tweak);
                (a, b, c, d, e, f, g, h) = (a ^ last, b ^ last, c ^ last, d ^ last, e ^ last, f ^ last, g ^ last, h ^ last);
            }

            ref var block = ref Unsafe.Add(ref text, at);
            a ^= Vector128.LoadUnsafe(ref block);
            b ^= Vector128.LoadUnsafe(ref block, lane);
            c ^= Vector128.LoadUnsafe(ref block, 2 * lane);
            d ^= Vector128.LoadUnsafe(ref block, 3 * lane);
            e ^= Vector128.LoadUnsafe(ref block, 4 * lane);
            f ^= Vector128.LoadUnsafe(ref block, 5 * lane);
            g ^= Vector128.LoadUnsafe(ref block, 6 * lane);
            h ^= Vector128.LoadUnsafe(ref block, 7 * lane);
            rounds.EncryptEight(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        }

        a.CopyTo(macs);
        b.CopyTo(macs[16..]);
        c.CopyTo(macs[32..]);
        d.CopyTo(macs[48..]);
        e.CopyTo(macs[64..]);
        f.CopyTo(macs[80..]);
        g.CopyTo(macs[96..]);
        h.CopyTo(macs[112..]);
    }

    private static void CheckLengths(int messages, int stride, int length, int macs)
    {
        if (length <= 0 || length % Omac.BlockSize != 0 || stride < length || messages < ((Lanes - 1L) * stride) + length || macs != Lanes * Omac.BlockSize)
        {
            throw new ArgumentException($"lengths do not fit: eight messages of {length} bytes, {stride} apart, in {messages} bytes; macs in {macs} bytes");
        }
    }
}
