using System.Buffers.Binary;
using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Envelope;

/// <summary>
/// Room and a cipher for one segment at a time. An envelope has a few of them, since AES-EAX is serial within a segment and segments
/// are independent: while one waits for the network the others keep further cores busy. Not thread-safe; used by one task at a time.
/// </summary>
internal sealed class SegmentLane : IDisposable
{
    /// <summary>Segments in work at once: enough for 20 Gbit/s, and 0.6 MiB.</summary>
    public const int Most = 4;

    private readonly AesEax _eax;
    private readonly byte[] _header;
    private readonly byte[] _nonce = new byte[EnvelopeFormat.NonceSize];

    // Room for the header too, so that an envelope's first bytes leave in one write.
    private readonly byte[] _sealed = new byte[EnvelopeFormat.HeaderSize + EnvelopeFormat.MaxSealedSegment];
    private readonly byte[] _plain = new byte[EnvelopeFormat.SegmentSize];
    private int _start;
    private int _end;

    /// <param name="key">32 bytes; copied.</param>
    /// <param name="header">The envelope's; not copied.</param>
    public SegmentLane(ReadOnlySpan<byte> key, byte[] header)
    {
        _eax = new AesEax(key);
        _header = header;
        header.AsSpan(EnvelopeFormat.SaltOffset).CopyTo(_nonce);
    }

    /// <summary>Bytes of plaintext that were put in or opened, and not yet taken.</summary>
    public int Count => _end - _start;

    public bool IsFull => Count == EnvelopeFormat.SegmentSize;

    /// <summary>Where the sealed segment, without its frame, is to be received.</summary>
    public Memory<byte> SealedBody(int length) => _sealed.AsMemory(0, length + AesEax.TagSize);

    /// <summary>Takes in as much plaintext as there is room for; the rest is returned.</summary>
    public ReadOnlyMemory<byte> Put(ReadOnlyMemory<byte> plaintext)
    {
        var step = Math.Min(EnvelopeFormat.SegmentSize - _end, plaintext.Length);
        plaintext.Span[..step].CopyTo(_plain.AsSpan(_end));
        _end += step;
        return plaintext[step..];
    }

    /// <summary>Gives out plaintext; how much.</summary>
    public int Take(Span<byte> destination)
    {
        var step = Math.Min(Count, destination.Length);
        _plain.AsSpan(_start, step).CopyTo(destination);
        _start += step;
        return step;
    }

    /// <summary>Seals what was put in, and makes room; the bytes to send stay valid until the next call.</summary>
    public ReadOnlyMemory<byte> Seal(long index, bool last)
    {
        var start = index == 0 ? EnvelopeFormat.HeaderSize : 0;
        _header.AsSpan(0, start).CopyTo(_sealed);
        var segment = _sealed.AsSpan(start, Count + EnvelopeFormat.Overhead);
        BinaryPrimitives.WriteUInt32BigEndian(segment, (uint)Count | (last ? EnvelopeFormat.LastMark : 0));
        EnvelopeFormat.SetNonce(_nonce, index, last);
        _eax.Seal(_nonce, _header, _plain.AsSpan(0, Count), segment[EnvelopeFormat.FrameSize..^AesEax.TagSize], segment[^AesEax.TagSize..]);
        (_start, _end) = (0, 0);
        return _sealed.AsMemory(0, start + segment.Length);
    }

    /// <summary>Verifies and decrypts what was received; false, and nothing to take, if it is not genuine.</summary>
    public bool TryOpen(long index, bool last, int length)
    {
        EnvelopeFormat.SetNonce(_nonce, index, last);
        var isGenuine = _eax.TryOpen(_nonce, _header, _sealed.AsSpan(0, length), _sealed.AsSpan(length, AesEax.TagSize), _plain.AsSpan(0, length));
        (_start, _end) = (0, isGenuine ? length : 0);
        return isGenuine;
    }

    /// <summary>Forgets key and plaintext.</summary>
    public void Dispose()
    {
        _eax.Dispose();
        CryptographicOperations.ZeroMemory(_plain);
    }
}
