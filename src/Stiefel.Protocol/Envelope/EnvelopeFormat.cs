using System.Buffers.Binary;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Envelope;

/// <summary>
/// The envelope's byte format (docs/protocol.md#envelope). Segments are sealed as in STREAM (Hoang, Reyhanitabar, Rogaway, Vizár,
/// CRYPTO 2015): the nonce contains the index and a mark of the last segment, so none can be moved, dropped or added.
/// </summary>
internal static class EnvelopeFormat
{
    //  header: 0 magic "STFE" · 4 version · 5 kind · 6 zero, 2 bytes · 8 segment size, u32 · 12 zero, 4 bytes · 16 salt, 16 bytes
    public const int HeaderSize = 32;
    public const int SaltOffset = 16;
    public const int SaltSize = 16;

    /// <summary>Plaintext bytes in every segment but the last, which may hold fewer.</summary>
    public const int SegmentSize = 64 * 1024;

    //  segment: 0 frame, u32: bit 31 = last, bits 0–30 = length · 4 ciphertext · tag, 16 bytes
    public const int FrameSize = 4;
    public const int Overhead = FrameSize + AesEax.TagSize;
    /// <summary>Size of an envelope's key in bytes.</summary>
    public const int KeySize = 32;

    public const int MaxSealedSegment = SegmentSize + Overhead;
    public const uint LastMark = 0x8000_0000;

    //  nonce: 0 salt, 16 bytes · 16 index, u64 · 24 last, 0 or 1
    public const int NonceSize = SaltSize + 8 + 1;

    private const byte Version = 1;

    private static ReadOnlySpan<byte> Magic => "STFE"u8;

    public static void WriteHeader(Span<byte> header, EnvelopeKind kind, ReadOnlySpan<byte> salt)
    {
        header[..HeaderSize].Clear();
        Magic.CopyTo(header);
        header[4] = Version;
        header[5] = (byte)kind;
        BinaryPrimitives.WriteUInt32BigEndian(header[8..], SegmentSize);
        salt.CopyTo(header[SaltOffset..]);
    }

    /// <exception cref="EnvelopeException">The bytes are not a header of version 1.</exception>
    public static EnvelopeKind ReadHeader(ReadOnlySpan<byte> header)
    {
        if (!header[..4].SequenceEqual(Magic))
        {
            throw new EnvelopeException("the answer is not a Stiefel envelope");
        }

        if (header[4] != Version)
        {
            throw new EnvelopeException($"the envelope has version {header[4]}, but this program supports only {Version}");
        }

        var kind = (EnvelopeKind)header[5];
        if (kind is not (EnvelopeKind.Data or EnvelopeKind.Refusal)
            || header[6..8].ContainsAnyExcept((byte)0)
            || BinaryPrimitives.ReadUInt32BigEndian(header[8..]) != SegmentSize
            || header[12..16].ContainsAnyExcept((byte)0))
        {
            throw new EnvelopeException("the envelope's header is malformed");
        }

        return kind;
    }

    /// <summary>Reads the frame of segment <paramref name="index"/>.</summary>
    /// <exception cref="EnvelopeException">The length is not one that a writer produces.</exception>
    public static (int Length, bool Last) ReadFrame(ReadOnlySpan<byte> frame, long index)
    {
        var value = BinaryPrimitives.ReadUInt32BigEndian(frame);
        var last = (value & LastMark) != 0;
        var length = value & ~LastMark;
        return length <= SegmentSize && (last || length == SegmentSize)
            ? ((int)length, last)
            : throw new EnvelopeException($"segment {index} of the envelope has an invalid length of {length} bytes");
    }

    /// <summary>Completes a nonce whose salt is already in place.</summary>
    public static void SetNonce(Span<byte> nonce, long index, bool last)
    {
        BinaryPrimitives.WriteInt64BigEndian(nonce[SaltSize..], index);
        nonce[NonceSize - 1] = last ? (byte)1 : (byte)0;
    }

    /// <summary>Size in bytes of the envelope around <paramref name="plain"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    /// <exception cref="OverflowException">The size does not fit in 64 bits.</exception>
    public static long SealedLength(long plain)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(plain);
        var segments = plain == 0 ? 1 : ((plain - 1) / SegmentSize) + 1;
        return checked(HeaderSize + plain + (segments * Overhead));
    }
}
