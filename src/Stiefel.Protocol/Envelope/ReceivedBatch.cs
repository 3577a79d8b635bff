using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Envelope;

/// <summary>
/// Up to eight received segments, which are parsed, verified together, and decrypted one by one when the caller takes them.
/// Not thread-safe.
/// </summary>
internal sealed class ReceivedBatch(SegmentCipher cipher) : IDisposable
{
    private readonly byte[] _starts = new byte[SegmentCipher.BatchSize * AesEax.TagSize];
    private readonly int[] _lengths = new int[SegmentCipher.BatchSize];
    private byte[] _bytes = [];
    private int _count;
    private int _parsed;

    // Number of segments that have been verified; only these may be taken.
    private int _genuine;
    private int _taken;

    // Plaintext of a segment that the caller takes in parts.
    private byte[] _plain = [];
    private int _plainStart;
    private int _plainEnd;

    /// <summary>True once a segment has been received that is marked as the envelope's last.</summary>
    public bool HasLast { get; private set; }

    /// <summary>Index of the next segment to be received.</summary>
    public long Index { get; private set; }

    /// <summary>Receives the first segment and not a byte more, because the sender is not verified yet.</summary>
    /// <exception cref="EnvelopeException">The segment has an invalid length, is cut short, or is not genuine.</exception>
    public async ValueTask ReceiveFirstAsync(Stream source, CancellationToken token)
    {
        _bytes = new byte[EnvelopeFormat.FrameSize];
        await FillAsync(source, 0, _bytes.Length, token);
        var (length, _) = EnvelopeFormat.ReadFrame(_bytes, 0);
        Array.Resize(ref _bytes, length + EnvelopeFormat.Overhead);
        await FillAsync(source, EnvelopeFormat.FrameSize, _bytes.Length, token);
        Parse(_bytes.Length);
        Verify();
    }

    /// <summary>Receives the next batch of at least one segment. Call this only when all earlier segments have been taken.</summary>
    /// <exception cref="EnvelopeException">A segment has an invalid length, is cut short or not genuine, or bytes follow the last segment.</exception>
    public async ValueTask ReceiveAsync(Stream source, CancellationToken token)
    {
        (_count, _parsed, _genuine, _taken) = (0, 0, 0, 0);
        if (_bytes.Length < SegmentCipher.BatchSize * EnvelopeFormat.MaxSealedSegment)
        {
            _bytes = new byte[SegmentCipher.BatchSize * EnvelopeFormat.MaxSealedSegment];
        }

        for (var filled = 0; !HasLast && _count < SegmentCipher.BatchSize;)
        {
            var read = await source.ReadAsync(_bytes.AsMemory(filled), token);
            filled = read > 0 ? filled + read : throw CutShort();
            Parse(filled);
        }

        Verify();
    }

    /// <summary>Decrypts into <paramref name="destination"/>; returns the number of bytes, 0 if none are left.</summary>
    public int Take(Span<byte> destination)
    {
        var done = 0;
        while (done < destination.Length)
        {
            var rest = destination[done..];
            if (_plainStart < _plainEnd)
            {
                var step = Math.Min(_plainEnd - _plainStart, rest.Length);
                _plain.AsSpan(_plainStart, step).CopyTo(rest);
                _plainStart += step;
                done += step;
            }
            else if (_taken == _genuine)
            {
                break;
            }
            else if (_lengths[_taken] <= rest.Length)
            {
                done += DecryptNext(rest);
            }
            else
            {
                _plain = _plain.Length >= _lengths[_taken] ? _plain : new byte[_lengths[_taken]];
                (_plainStart, _plainEnd) = (0, DecryptNext(_plain));
            }
        }

        return done;
    }

    /// <summary>Overwrites the plaintext.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_plain);

    // Records every segment that has arrived completely.
    private void Parse(int filled)
    {
        while (!HasLast && _count < SegmentCipher.BatchSize && filled - _parsed >= EnvelopeFormat.FrameSize)
        {
            var (length, last) = EnvelopeFormat.ReadFrame(_bytes.AsSpan(_parsed), Index);
            if (filled - _parsed < length + EnvelopeFormat.Overhead)
            {
                return;
            }

            cipher.Start(Index++, last, Start(_count));
            _lengths[_count++] = length;
            _parsed += length + EnvelopeFormat.Overhead;
            HasLast = last;
        }

        if (HasLast && _parsed < filled)
        {
            throw new EnvelopeException("bytes follow the envelope's last segment");
        }
    }

    private void Verify()
    {
        Span<byte> tags = stackalloc byte[SegmentCipher.BatchSize * AesEax.TagSize];
        if (_count == SegmentCipher.BatchSize && _lengths[^1] == EnvelopeFormat.SegmentSize)
        {
            cipher.TagBatch(_starts, _bytes, tags);
        }
        else
        {
            for (var i = 0; i < _count; i++)
            {
                cipher.Tag(Start(i), Ciphertext(i), tags.Slice(i * AesEax.TagSize, AesEax.TagSize));
            }
        }

        for (var i = 0; i < _count; i++)
        {
            var tag = _bytes.AsSpan(Offset(i) + EnvelopeFormat.FrameSize + _lengths[i], AesEax.TagSize);
            if (!CryptographicOperations.FixedTimeEquals(tag, tags.Slice(i * AesEax.TagSize, AesEax.TagSize)))
            {
                throw new EnvelopeException($"segment {Index - _count + i} of the envelope is forged, damaged, or sealed under another key");
            }
        }

        _genuine = _count;
    }

    private int DecryptNext(Span<byte> destination)
    {
        var ciphertext = Ciphertext(_taken);
        cipher.Crypt(Start(_taken++), ciphertext, destination[..ciphertext.Length]);
        return ciphertext.Length;
    }

    private async ValueTask FillAsync(Stream source, int from, int to, CancellationToken token)
    {
        var wanted = _bytes.AsMemory(from..to);
        if (await source.ReadAtLeastAsync(wanted, wanted.Length, throwOnEndOfStream: false, token) < wanted.Length)
        {
            throw CutShort();
        }
    }

    private EnvelopeException CutShort() => new($"the envelope is cut short in segment {Index}");

    // All segments but an envelope's last have full length.
    private static int Offset(int i) => i * EnvelopeFormat.MaxSealedSegment;

    private Span<byte> Start(int i) => _starts.AsSpan(i * AesEax.TagSize, AesEax.TagSize);

    private Span<byte> Ciphertext(int i) => _bytes.AsSpan(Offset(i) + EnvelopeFormat.FrameSize, _lengths[i]);
}
