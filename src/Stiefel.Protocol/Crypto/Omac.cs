using System.Security.Cryptography;

namespace Stiefel.Protocol.Crypto;

/// <summary>
/// OMAC1 (CMAC, RFC 4493) with EAX's leading block that says which part is authenticated. Not thread-safe: it owns a buffer
/// and a running cipher.
/// </summary>
internal sealed class Omac : IDisposable
{
    public const int BlockSize = 16;

    private readonly ICryptoTransform _cipher;
    private readonly byte[] _buffer;
    private readonly byte[] _chain = new byte[BlockSize];
    private readonly byte[] _tweakWhole = new byte[BlockSize];
    private readonly byte[] _tweakPadded = new byte[BlockSize];
    private readonly byte[] _starts = new byte[3 * BlockSize];
    private readonly AesRounds? _rounds;

    /// <param name="aes">The cipher with its key set; the caller keeps it.</param>
    /// <param name="buffer">Overwritten by every call; a whole number of blocks.</param>
    /// <param name="rounds">Round keys of the same key, which the caller keeps; null if the processor or the key size does not allow them.</param>
    public Omac(Aes aes, byte[] buffer, AesRounds? rounds)
    {
        _buffer = buffer;
        _rounds = rounds;
        aes.Mode = CipherMode.CBC;
        aes.Padding = PaddingMode.None;
        aes.IV = _chain;
        _cipher = aes.CreateEncryptor();

        EncryptBlock(0, _tweakWhole);
        Double(_tweakWhole, _tweakWhole);
        Double(_tweakWhole, _tweakPadded);

        // Every message begins with the block [t], whose encryption depends on the key alone, so compute it once.
        for (var t = 0; t < 3; t++)
        {
            EncryptBlock((byte)t, _starts.AsSpan(t * BlockSize, BlockSize));
        }
    }

    /// <summary>OMAC of [<paramref name="which"/>] ‖ <paramref name="message"/>: 0 for the nonce, 1 the header, 2 the ciphertext.</summary>
    public void Compute(int which, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        Span<byte> start = stackalloc byte[BlockSize];
        if (message.IsEmpty)
        {
            // The block [t] is itself the last block. It is a whole one, so it gets the tweak of whole blocks.
            start.Clear();
            start[^1] = (byte)which;
            Xor.Into(start, _tweakWhole);
            start.CopyTo(_buffer);
            start.Clear();
            Encrypt(BlockSize, start);
        }
        else
        {
            _starts.AsSpan(which * BlockSize, BlockSize).CopyTo(start);
            while (message.Length > _buffer.Length)
            {
                message[.._buffer.Length].CopyTo(_buffer);
                Encrypt(_buffer.Length, start);
                _chain.CopyTo(start);
                message = message[_buffer.Length..];
            }

            Encrypt(Pad(message), start);
        }

        _chain.CopyTo(mac);
    }

    /// <summary>OMACs of [<paramref name="which"/>] ‖ message for <see cref="WideOmac.Lanes"/> messages of equal length, in parallel where possible.</summary>
    /// <param name="which">As in <see cref="Compute"/>.</param>
    /// <param name="messages">Message i begins at i × stride.</param>
    /// <param name="stride">Bytes from one message to the next.</param>
    /// <param name="length">Bytes of each message: whole blocks, at least one.</param>
    /// <param name="macs">8 × 16 bytes.</param>
    public void ComputeEight(int which, ReadOnlySpan<byte> messages, int stride, int length, Span<byte> macs)
    {
        if (_rounds is not null)
        {
            WideOmac.Chain(_rounds, _starts.AsSpan(which * BlockSize, BlockSize), _tweakWhole, messages, stride, length, macs);
            return;
        }

        for (var i = 0; i < WideOmac.Lanes; i++)
        {
            Compute(which, messages.Slice(i * stride, length), macs.Slice(i * BlockSize, BlockSize));
        }
    }

    /// <summary>Overwrites everything that depends on the key.</summary>
    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_tweakWhole);
        CryptographicOperations.ZeroMemory(_tweakPadded);
        CryptographicOperations.ZeroMemory(_starts);
    }

    // CBC of the buffer's first bytes, chained to `previous`. The running cipher chains to its own last block; cancelling
    // that block out is far cheaper than making a new cipher for every message.
    private void Encrypt(int length, ReadOnlySpan<byte> previous)
    {
        var first = _buffer.AsSpan(0, BlockSize);
        Xor.Into(first, previous);
        Xor.Into(first, _chain);
        _cipher.TransformBlock(_buffer, 0, length, _buffer, 0);
        _buffer.AsSpan(length - BlockSize, BlockSize).CopyTo(_chain);
    }

    private int Pad(ReadOnlySpan<byte> rest)
    {
        var padded = (rest.Length + BlockSize - 1) / BlockSize * BlockSize;
        rest.CopyTo(_buffer);
        if (padded != rest.Length)
        {
            _buffer[rest.Length] = 0x80;
            _buffer.AsSpan(rest.Length + 1, padded - rest.Length - 1).Clear();
        }

        Xor.Into(_buffer.AsSpan(padded - BlockSize, BlockSize), padded == rest.Length ? _tweakWhole : _tweakPadded);
        return padded;
    }

    private void EncryptBlock(byte lastByte, Span<byte> output)
    {
        Span<byte> none = stackalloc byte[BlockSize];
        none.Clear();
        _buffer.AsSpan(0, BlockSize).Clear();
        _buffer[BlockSize - 1] = lastByte;
        Encrypt(BlockSize, none);
        _chain.CopyTo(output);
    }

    // Multiplies by x in GF(2^128) without a branch on the secret; output may be the input.
    private static void Double(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var carry = 0;
        for (var i = BlockSize - 1; i >= 0; i--)
        {
            var shifted = (input[i] << 1) | carry;
            carry = shifted >> 8;
            output[i] = (byte)shifted;
        }

        output[BlockSize - 1] ^= (byte)(0x87 & -carry);
    }
}
