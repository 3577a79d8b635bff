using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Stiefel.Protocol.Crypto;

/// <summary>
/// AES in counter mode with a 128-bit big-endian counter, as EAX uses it. Not thread-safe: it owns buffers.
/// </summary>
internal sealed class CounterStream(Aes aes, byte[] scratch)
{
    /// <summary>output = input ^ keystream from <paramref name="start"/> on; output may be the input itself.</summary>
    public void Apply(ReadOnlySpan<byte> start, ReadOnlySpan<byte> input, Span<byte> output)
    {
        var high = BinaryPrimitives.ReadUInt64BigEndian(start);
        var low = BinaryPrimitives.ReadUInt64BigEndian(start[8..]);
        while (!input.IsEmpty)
        {
            var step = Math.Min(input.Length, scratch.Length);
            var blocks = (step + Omac.BlockSize - 1) / Omac.BlockSize;
            var keystream = scratch.AsSpan(0, blocks * Omac.BlockSize);
            FillCounters(MemoryMarshal.Cast<byte, ulong>(keystream), ref high, ref low);
            aes.EncryptEcb(keystream, keystream, PaddingMode.None);
            Xor.Combine(input[..step], keystream[..step], output[..step]);
            input = input[step..];
            output = output[step..];
        }
    }

    private static void FillCounters(Span<ulong> words, ref ulong high, ref ulong low)
    {
        for (var i = 0; i + 1 < words.Length; i += 2)
        {
            words[i] = BigEndian(high);
            words[i + 1] = BigEndian(low);
            if (++low == 0)
            {
                high++;
            }
        }
    }

    private static ulong BigEndian(ulong value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
