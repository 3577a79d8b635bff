using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Envelope;

/// <summary>AES-EAX for the segments of one envelope: eight full segments at once, or a single one. Not thread-safe.</summary>
internal sealed class SegmentCipher : IDisposable
{
    /// <summary>Number of segments that are sealed or opened at once.</summary>
    public const int BatchSize = WideOmac.Lanes;

    private readonly AesEax _eax;
    private readonly byte[] _headerMac = new byte[AesEax.TagSize];
    private readonly byte[] _nonce = new byte[EnvelopeFormat.NonceSize];

    /// <param name="key">32 bytes; copied.</param>
    /// <param name="header">The envelope's complete header.</param>
    public SegmentCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> header)
        : this(key, header, AesRounds.IsSupported)
    {
    }

    /// <summary>For tests: whether to use the processor's own instructions.</summary>
    internal SegmentCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> header, bool wide)
    {
        _eax = new AesEax(key, wide);
        _eax.MacHeader(header, _headerMac);
        header[EnvelopeFormat.SaltOffset..].CopyTo(_nonce);
    }

    /// <summary>Computes the start of a segment's keystream, 16 bytes, which all other methods need.</summary>
    public void Start(long index, bool last, Span<byte> start)
    {
        EnvelopeFormat.SetNonce(_nonce, index, last);
        _eax.Start(_nonce, start);
    }

    /// <summary>Encrypts or decrypts one segment.</summary>
    public void Crypt(ReadOnlySpan<byte> start, ReadOnlySpan<byte> input, Span<byte> output) => _eax.Crypt(start, input, output);

    /// <summary>Computes the tag of one segment.</summary>
    public void Tag(ReadOnlySpan<byte> start, ReadOnlySpan<byte> ciphertext, Span<byte> tag) => _eax.Tag(start, _headerMac, ciphertext, tag);

    /// <summary>Computes the tags of eight full segments that are stored one after the other, as in an envelope.</summary>
    /// <param name="starts">8 × 16 bytes.</param>
    /// <param name="segments">The segments, beginning with the first one's frame.</param>
    /// <param name="tags">8 × 16 bytes.</param>
    public void TagBatch(ReadOnlySpan<byte> starts, ReadOnlySpan<byte> segments, Span<byte> tags) =>
        _eax.TagEight(starts, _headerMac, segments[EnvelopeFormat.FrameSize..], EnvelopeFormat.MaxSealedSegment, EnvelopeFormat.SegmentSize, tags);

    /// <summary>Overwrites the key.</summary>
    public void Dispose()
    {
        _eax.Dispose();
        CryptographicOperations.ZeroMemory(_headerMac);
    }
}
