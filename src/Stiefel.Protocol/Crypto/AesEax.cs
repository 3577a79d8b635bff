using System.Security.Cryptography;

namespace Stiefel.Protocol.Crypto;

/// <summary>
/// AES-EAX (Bellare, Rogaway, Wagner: "The EAX Mode of Operation", FSE 2004) over the platform's AES, and over the processor's own
/// instructions where those are faster. The names of its parts are those of docs/protocol.md#aes-eax.
/// Not thread-safe: an instance owns its buffers; give each thread its own.
/// </summary>
public sealed class AesEax : IDisposable
{
    /// <summary>Size of a tag in bytes.</summary>
    public const int TagSize = 16;

    // Small enough for the first-level cache, large enough that the cost of calling the platform does not matter.
    private const int BufferBytes = 16 * 1024;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly AesRounds? _rounds;
    private readonly Omac _omac;
    private readonly CounterStream _counter;

    /// <param name="key">16 or 32 bytes; copied.</param>
    /// <exception cref="ArgumentException">The key has another length.</exception>
    public AesEax(ReadOnlySpan<byte> key)
        : this(key, AesRounds.IsSupported)
    {
    }

    /// <summary>For tests: whether to use the processor's own instructions.</summary>
    internal AesEax(ReadOnlySpan<byte> key, bool wide)
    {
        if (key.Length is not (16 or 32))
        {
            throw new ArgumentException($"AES-EAX key: expected 16 or 32 bytes, got {key.Length}", nameof(key));
        }

        using var aes = Aes.Create();
        aes.SetKey(key);
        _rounds = wide && key.Length == AesRounds.KeySize ? new AesRounds(key) : null;
        _omac = new Omac(aes, _buffer, _rounds);
        _counter = new CounterStream(aes, _buffer, _rounds);
    }

    /// <summary>Encrypts and authenticates. Never use the same nonce twice with one key.</summary>
    /// <param name="nonce">Any length.</param>
    /// <param name="header">Authenticated only; any length.</param>
    /// <param name="plaintext">Any length.</param>
    /// <param name="ciphertext">As long as the plaintext; may be the same memory.</param>
    /// <param name="tag">16 bytes.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> header, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag)
    {
        CheckLengths(plaintext.Length, ciphertext.Length, tag.Length);
        Span<byte> start = stackalloc byte[TagSize];
        Span<byte> headerMac = stackalloc byte[TagSize];
        Start(nonce, start);
        MacHeader(header, headerMac);
        Crypt(start, plaintext, ciphertext);
        Tag(start, headerMac, ciphertext, tag);
    }

    /// <summary>Verifies, then decrypts. Returns false, and leaves <paramref name="plaintext"/> untouched, if the tag is wrong.</summary>
    /// <param name="nonce">Any length.</param>
    /// <param name="header">Any length.</param>
    /// <param name="ciphertext">Any length.</param>
    /// <param name="tag">16 bytes.</param>
    /// <param name="plaintext">As long as the ciphertext; may be the same memory.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    public bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> header, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext)
    {
        CheckLengths(ciphertext.Length, plaintext.Length, tag.Length);
        Span<byte> start = stackalloc byte[TagSize];
        Span<byte> headerMac = stackalloc byte[TagSize];
        Span<byte> expected = stackalloc byte[TagSize];
        Start(nonce, start);
        MacHeader(header, headerMac);
        Tag(start, headerMac, ciphertext, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, tag))
        {
            return false;
        }

        Crypt(start, ciphertext, plaintext);
        return true;
    }

    /// <summary>Overwrites everything that depends on the key.</summary>
    public void Dispose()
    {
        _omac.Dispose();
        _counter.Dispose();
        _rounds?.Dispose();
        CryptographicOperations.ZeroMemory(_buffer);
    }

    /// <summary>Computes N' of a message: the start of its counter, and a part of its tag.</summary>
    internal void Start(ReadOnlySpan<byte> nonce, Span<byte> start) => _omac.Compute(0, nonce, start);

    /// <summary>Computes H' of a header: a part of the tag of every message with that header.</summary>
    internal void MacHeader(ReadOnlySpan<byte> header, Span<byte> headerMac) => _omac.Compute(1, header, headerMac);

    /// <summary>Encrypts or decrypts without authentication, for callers that handle the tag themselves.</summary>
    internal void Crypt(ReadOnlySpan<byte> start, ReadOnlySpan<byte> input, Span<byte> output) => _counter.Apply(start, input, output);

    /// <summary>Computes the tag N' ⊕ H' ⊕ C'.</summary>
    internal void Tag(ReadOnlySpan<byte> start, ReadOnlySpan<byte> headerMac, ReadOnlySpan<byte> ciphertext, Span<byte> tag)
    {
        _omac.Compute(2, ciphertext, tag);
        Xor.Into(tag, start);
        Xor.Into(tag, headerMac);
    }

    /// <summary>Computes the tags of <see cref="WideOmac.Lanes"/> messages of equal length and header, several times as fast as one by one.</summary>
    /// <param name="starts">8 × 16 bytes: N' of each message.</param>
    /// <param name="headerMac">16 bytes.</param>
    /// <param name="ciphertexts">Message i begins at i × stride.</param>
    /// <param name="stride">Bytes from one message to the next.</param>
    /// <param name="length">Bytes of each message: whole blocks, at least one.</param>
    /// <param name="tags">8 × 16 bytes.</param>
    internal void TagEight(
        ReadOnlySpan<byte> starts, ReadOnlySpan<byte> headerMac, ReadOnlySpan<byte> ciphertexts, int stride, int length, Span<byte> tags)
    {
        _omac.ComputeEight(2, ciphertexts, stride, length, tags);
        Xor.Into(tags, starts);
        for (var i = 0; i < WideOmac.Lanes; i++)
        {
            Xor.Into(tags.Slice(i * TagSize, TagSize), headerMac);
        }
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
