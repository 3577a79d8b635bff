using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Stiefel.Protocol.Crypto;

/// <summary>
/// AES in counter mode with a 128-bit big-endian counter, as EAX uses it: through <see cref="WideCounter"/> if round keys are available,
/// else through the platform's AES. Not thread-safe: it owns a buffer and a running cipher.
/// </summary>
internal sealed class CounterStream : IDisposable
{
    private readonly ICryptoTransform _cipher;
    private readonly byte[] _buffer;
    private readonly AesRounds? _rounds;

    /// <param name="aes">The cipher with its key set; the caller keeps it.</param>
    /// <param name="buffer">Overwritten by every call; a whole number of blocks.</param>
    /// <param name="rounds">Round keys of the same key, which the caller keeps; null if the processor or the key size does not allow them.</param>
    public CounterStream(Aes aes, byte[] buffer, AesRounds? rounds)
    {
        _buffer = buffer;
        _rounds = rounds;
        aes.Mode = CipherMode.ECB; // safe for counters, because each occurs only once
        aes.Padding = PaddingMode.None;
        _cipher = aes.CreateEncryptor();
    }

    /// <summary>Computes output = input ^ keystream from <paramref name="start"/> on; output may be the input itself.</summary>
    public void Apply(ReadOnlySpan<byte> start, ReadOnlySpan<byte> input, Span<byte> output)
    {
        var high = BinaryPrimitives.ReadUInt64BigEndian(start);
        var low = BinaryPrimitives.ReadUInt64BigEndian(start[8..]);
        if (_rounds is not null)
        {
            WideCounter.Apply(_rounds, high, low, input, output);
            return;
        }

        while (!input.IsEmpty)
        {
            var step = Math.Min(input.Length, _buffer.Length);
            var length = (step + Omac.BlockSize - 1) / Omac.BlockSize * Omac.BlockSize;
            FillCounters(MemoryMarshal.Cast<byte, ulong>(_buffer.AsSpan(0, length)), ref high, ref low);
            _cipher.TransformBlock(_buffer, 0, length, _buffer, 0);
            Xor.Combine(input[..step], _buffer.AsSpan(0, step), output[..step]);
            input = input[step..];
            output = output[step..];
        }
    }

    public void Dispose() => _cipher.Dispose();

    /// <summary>Fills the words with the counter high ‖ low and its successors, and advances the counter past them.</summary>
    internal static void FillCounters(Span<ulong> words, ref ulong high, ref ulong low)
    {
        // Work on copies, so that the loop stays in registers.
        var (h, l) = (high, low);
        var highWord = BigEndian(h);
        for (var i = 0; i < words.Length - 1; i += 2)
        {
            words[i] = highWord;
            words[i + 1] = BigEndian(l);
            if (++l == 0)
            {
                highWord = BigEndian(++h);
            }
        }

        (high, low) = (h, l);
    }

    private static ulong BigEndian(ulong value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
}
