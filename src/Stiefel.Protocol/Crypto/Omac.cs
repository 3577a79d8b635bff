using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Stiefel.Protocol.Crypto;

/// <summary>
/// OMAC1 (CMAC, RFC 4493) with EAX's block in front that says what is authenticated. Not thread-safe: it owns buffers.
/// </summary>
internal sealed class Omac
{
    public const int BlockSize = 16;

    private readonly Aes _aes;
    private readonly byte[] _scratch;
    private readonly byte[] _tweakWhole = new byte[BlockSize];
    private readonly byte[] _tweakPadded = new byte[BlockSize];
    private readonly byte[] _starts = new byte[3 * BlockSize];

    /// <param name="aes">Keyed; stays the caller's.</param>
    /// <param name="scratch">Overwritten by every call; a whole number of blocks, at least two.</param>
    public Omac(Aes aes, byte[] scratch)
    {
        _aes = aes;
        _scratch = scratch;
        Span<byte> zero = stackalloc byte[BlockSize];
        zero.Clear();
        Span<byte> l = stackalloc byte[BlockSize];
        _aes.EncryptEcb(zero, l, PaddingMode.None);
        Double(l, _tweakWhole);
        Double(_tweakWhole, _tweakPadded);
        CryptographicOperations.ZeroMemory(l);

        // Every message begins with the block [t]; its encryption depends on the key alone, so it is made once.
        Span<byte> starts = stackalloc byte[3 * BlockSize];
        starts.Clear();
        starts[(2 * BlockSize) - 1] = 1;
        starts[(3 * BlockSize) - 1] = 2;
        _aes.EncryptEcb(starts, _starts, PaddingMode.None);
    }

    /// <summary>OMAC of [<paramref name="which"/>] ‖ <paramref name="message"/>: 0 for the nonce, 1 the header, 2 the ciphertext.</summary>
    public void Compute(int which, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        if (message.IsEmpty)
        {
            // The block [t] is itself the last one: whole, hence tweaked.
            Span<byte> only = stackalloc byte[BlockSize];
            only.Clear();
            only[^1] = (byte)which;
            Xor.Into(only, _tweakWhole);
            _aes.EncryptEcb(only, mac, PaddingMode.None);
            return;
        }

        Span<byte> chain = stackalloc byte[BlockSize];
        _starts.AsSpan(which * BlockSize, BlockSize).CopyTo(chain);
        while (message.Length > _scratch.Length)
        {
            _aes.EncryptCbc(message[.._scratch.Length], chain, _scratch, PaddingMode.None);
            _scratch.AsSpan(^BlockSize).CopyTo(chain);
            message = message[_scratch.Length..];
        }

        FinishFrom(message, chain, mac);
    }

    /// <summary>Overwrites what depends on the key.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(_tweakWhole);
        CryptographicOperations.ZeroMemory(_tweakPadded);
        CryptographicOperations.ZeroMemory(_starts);
    }

    private void FinishFrom(ReadOnlySpan<byte> rest, ReadOnlySpan<byte> chain, Span<byte> mac)
    {
        var padded = (rest.Length + BlockSize - 1) / BlockSize * BlockSize;
        var last = _scratch.AsSpan(0, padded);
        rest.CopyTo(last);
        if (padded != rest.Length)
        {
            last[rest.Length] = 0x80;
            last[(rest.Length + 1)..].Clear();
        }

        Xor.Into(last[^BlockSize..], padded == rest.Length ? _tweakWhole : _tweakPadded);
        _aes.EncryptCbc(last, chain, last, PaddingMode.None);
        last[^BlockSize..].CopyTo(mac);
    }

    // Multiplication by x in GF(2^128), without a branch on the secret.
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
