using System.Security.Cryptography;

namespace Stiefel.Protocol.Crypto;

/// <summary>
/// AES-EAX (Bellare, Rogaway, Wagner: "The EAX Mode of Operation", FSE 2004) over the platform's AES.
/// Not thread-safe: an instance owns its buffers; give each thread its own.
/// </summary>
public sealed class AesEax : IDisposable
{
    /// <summary>Bytes of a tag.</summary>
    public const int TagSize = 16;

    // Small enough to stay in the first cache level, large enough that the calls into the platform do not count.
    private const int BufferBytes = 16 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Omac _omac;
    private readonly CounterStream _counter;

    /// <param name="key">16 or 32 bytes; copied.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public AesEax(ReadOnlySpan<byte> key)
    {
        if (key.Length is not (16 or 32))
        {
            throw new ArgumentException($"AES-EAX key: expected 16 or 32 bytes, got {key.Length}", nameof(key));
        }

        using var aes = Aes.Create();
        aes.SetKey(key);
        _omac = new Omac(aes, _buffer);
        _counter = new CounterStream(aes, _buffer);
    }

    /// <summary>Encrypts and authenticates. A nonce must never meet the same key twice.</summary>
    /// <param name="nonce">Any length.</param>
    /// <param name="header">Authenticated only; any length.</param>
    /// <param name="plaintext">Any length.</param>
    /// <param name="ciphertext">As long as the plaintext; may be the same memory.</param>
    /// <param name="tag">16 bytes.</param>
    /// <exception cref="ArgumentException">A wrong length.</exception>
    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> header, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        CheckLengths(plaintext.Length, ciphertext.Length, tag.Length);
        Span<byte> start = stackalloc byte[TagSize];
        _omac.Compute(0, nonce, start);
        _counter.Apply(start, plaintext, ciphertext);
        ComputeTag(start, header, ciphertext, tag);
    }

    /// <summary>Verifies, then decrypts. No byte of <paramref name="plaintext"/> is touched unless the tag is right.</summary>
    /// <param name="nonce">Any length.</param>
    /// <param name="header">Any length.</param>
    /// <param name="ciphertext">Any length.</param>
    /// <param name="tag">16 bytes.</param>
    /// <param name="plaintext">As long as the ciphertext; may be the same memory.</param>
    /// <exception cref="ArgumentException">A wrong length.</exception>
    public bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> header, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        CheckLengths(ciphertext.Length, plaintext.Length, tag.Length);
        Span<byte> start = stackalloc byte[TagSize];
        Span<byte> expected = stackalloc byte[TagSize];
        _omac.Compute(0, nonce, start);
        ComputeTag(start, header, ciphertext, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, tag))
        {
            return false;
        }

        _counter.Apply(start, ciphertext, plaintext);
        return true;
    }

    /// <summary>Overwrites what depends on the key.</summary>
    public void Dispose()
    {
        _omac.Dispose();
        _counter.Dispose();
        CryptographicOperations.ZeroMemory(_buffer);
    }

    private void ComputeTag(ReadOnlySpan<byte> start, ReadOnlySpan<byte> header, ReadOnlySpan<byte> ciphertext, Span<byte> tag)
    {
        Span<byte> part = stackalloc byte[TagSize];
        _omac.Compute(1, header, tag);
        _omac.Compute(2, ciphertext, part);
        Xor.Into(tag, part);
        Xor.Into(tag, start);
    }

    private static void CheckLengths(int input, int output, int tag)
    {
        if (input != output)
        {
            throw new ArgumentException($"plaintext and ciphertext differ in length: {input} and {output}");
        }

        if (tag != TagSize)
        {
            throw new ArgumentException($"tag: expected {TagSize} bytes, got {tag}");
        }
    }
}
