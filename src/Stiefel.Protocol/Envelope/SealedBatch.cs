using System.Buffers.Binary;
using System.IO.Pipelines;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Envelope;

/// <summary>
/// Up to eight sealed segments that are sent in one write; the first batch begins with the envelope's header. Segments are
/// encrypted one by one directly into the destination's memory, and their tags are computed together. Not thread-safe.
/// </summary>
internal sealed class SealedBatch(PipeWriter destination, SegmentCipher cipher, byte[] header)
{
    private const int FullSize = SegmentCipher.BatchSize * EnvelopeFormat.MaxSealedSegment;

    private readonly byte[] _starts = new byte[SegmentCipher.BatchSize * AesEax.TagSize];
    private Memory<byte> _memory;
    private int _first; // start of the first segment, which in the first batch is behind the header
    private int _end;
    private int _count;
    private int _lastLength;
    private long _index;

    public bool IsFull => _count == SegmentCipher.BatchSize;

    /// <summary>Encrypts one segment; the batch must not be full.</summary>
    /// <param name="plaintext">64 KiB, or less if it is the last one.</param>
    /// <param name="last">True if the envelope ends with this segment.</param>
    public void Add(ReadOnlySpan<byte> plaintext, bool last)
    {
        if (_count == 0)
        {
            Begin(last ? plaintext.Length + EnvelopeFormat.Overhead : FullSize);
        }

        var segment = _memory.Span.Slice(_end, plaintext.Length + EnvelopeFormat.Overhead);
        var start = _starts.AsSpan(_count * AesEax.TagSize, AesEax.TagSize);
        BinaryPrimitives.WriteUInt32BigEndian(segment, (uint)plaintext.Length | (last ? EnvelopeFormat.LastMark : 0));
        cipher.Start(_index++, last, start);
        cipher.Crypt(start, plaintext, segment[EnvelopeFormat.FrameSize..^AesEax.TagSize]);
        _end += segment.Length;
        _count++;
        _lastLength = plaintext.Length;
    }

    /// <summary>Adds the tags and passes the batch to the destination, which the caller must flush. Returns the number of bytes.</summary>
    public int Finish()
    {
        Span<byte> tags = stackalloc byte[SegmentCipher.BatchSize * AesEax.TagSize];
        var segments = _memory.Span[_first.._end];
        if (IsFull && _lastLength == EnvelopeFormat.SegmentSize)
        {
            cipher.TagBatch(_starts, segments, tags);
        }
        else
        {
            TagEach(segments, tags);
        }

        for (var i = 0; i < _count; i++)
        {
            var segment = Segment(segments, i);
            tags.Slice(i * AesEax.TagSize, AesEax.TagSize).CopyTo(segment[^AesEax.TagSize..]);
        }

        (_count, _memory) = (0, default);
        destination.Advance(_end);
        return _end;
    }

    private void Begin(int room)
    {
        var start = _index == 0 ? header.Length : 0;
        _memory = destination.GetMemory(start + room);
        header.AsSpan(0, start).CopyTo(_memory.Span);
        _first = _end = start;
    }

    private void TagEach(Span<byte> segments, Span<byte> tags)
    {
        for (var i = 0; i < _count; i++)
        {
            var at = i * AesEax.TagSize;
            cipher.Tag(_starts.AsSpan(at, AesEax.TagSize), Segment(segments, i)[EnvelopeFormat.FrameSize..^AesEax.TagSize], tags.Slice(at, AesEax.TagSize));
        }
    }

    private Span<byte> Segment(Span<byte> segments, int i) => segments.Slice(
        i * EnvelopeFormat.MaxSealedSegment, i + 1 < _count ? EnvelopeFormat.MaxSealedSegment : _lastLength + EnvelopeFormat.Overhead);
}
