using System.Buffers.Binary;
using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Envelope;

/// <summary>
/// Opens an envelope as it arrives, in constant memory, and hands out verified bytes only (docs/protocol.md#envelope).
/// Every read throws <see cref="EnvelopeException"/> if the envelope is not whole and genuine up to there; 0 means that all of it was.
/// Not thread-safe.
/// </summary>
public sealed class EnvelopeReader : ReadOnlyStream
{
    private readonly Stream _source;
    private readonly AesEax _eax;
    private readonly byte[] _header = new byte[EnvelopeFormat.HeaderSize];
    private readonly byte[] _nonce = new byte[EnvelopeFormat.NonceSize];
    private readonly byte[] _sealed = new byte[EnvelopeFormat.MaxSealedSegment];
    private readonly byte[] _plain = new byte[EnvelopeFormat.SegmentSize];
    private int _plainStart;
    private int _plainEnd;
    private long _index;
    private bool _last;
    private bool _ended;
    private bool _failed;
    private bool _disposed;

    private EnvelopeReader(Stream source, ReadOnlySpan<byte> key)
    {
        _source = source;
        _eax = new AesEax(key);
    }

    /// <summary>What the envelope holds; already verified.</summary>
    public EnvelopeKind Kind { get; private set; }

    /// <summary>Bytes of the envelope around <paramref name="plain"/> bytes: for Content-Length and progress.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public static long SealedLength(long plain) => EnvelopeFormat.SealedLength(plain);

    /// <summary>Reads and verifies the header and the first segment.</summary>
    /// <param name="source">Stays the caller's; it is not closed. Read to its end.</param>
    /// <param name="key">32 bytes; copied.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="EnvelopeException">Not an envelope, or not under this key.</exception>
    public static async Task<EnvelopeReader> OpenAsync(Stream source, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, 32, nameof(key));
        var reader = new EnvelopeReader(source, key.Span);
        try
        {
            await reader.FillAsync(reader._header, cancellationToken).ConfigureAwait(false);
            reader.Kind = EnvelopeFormat.ReadHeader(reader._header);
            reader._header.AsSpan(EnvelopeFormat.SaltOffset).CopyTo(reader._nonce);

            // The header is only believed once a segment sealed under it has opened.
            reader._plainEnd = await reader.NextSegmentAsync(reader._plain, cancellationToken).ConfigureAwait(false);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        ThrowIfUnusable();
        while (_plainStart == _plainEnd)
        {
            if (_last)
            {
                await ExpectEndAsync(cancellationToken).ConfigureAwait(false);
                return 0;
            }

            // A large buffer takes the plaintext directly, a small one by way of ours.
            var direct = buffer.Length >= EnvelopeFormat.SegmentSize;
            var length = await NextSegmentAsync(direct ? buffer : _plain, cancellationToken).ConfigureAwait(false);
            if (direct && length > 0)
            {
                return length;
            }

            (_plainStart, _plainEnd) = (0, direct ? 0 : length);
        }

        var step = Math.Min(buffer.Length, _plainEnd - _plainStart);
        _plain.AsSpan(_plainStart, step).CopyTo(buffer.Span);
        _plainStart += step;
        return step;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>The rest of the envelope in memory.</summary>
    /// <param name="limit">Bytes; an envelope that holds more is refused.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="EnvelopeException">Not whole and genuine, or longer than the limit.</exception>
    public async Task<byte[]> ReadToEndAsync(int limit, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var part = new byte[Math.Min(limit + 1L, EnvelopeFormat.SegmentSize)];
        while (await ReadAsync(part, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            if (all.Length + read > limit)
            {
                throw new EnvelopeException($"the envelope holds more than the {limit} bytes expected here");
            }

            all.Write(part, 0, read);
        }

        return all.ToArray();
    }

    /// <summary>Forgets the key and the plaintext. The source stays open.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _disposed = true;
            _eax.Dispose();
            CryptographicOperations.ZeroMemory(_plain);
        }

        base.Dispose(disposing);
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failed)
        {
            throw new EnvelopeException("an earlier read of this envelope failed; nothing more can be read");
        }
    }

    // Reads, verifies and decrypts one segment into `destination`; returns its length.
    private async ValueTask<int> NextSegmentAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        _failed = true; // until this segment is through, whatever stops it: the stream's place is lost
        await FillAsync(_sealed.AsMemory(0, EnvelopeFormat.FrameSize), cancellationToken).ConfigureAwait(false);
        var frame = BinaryPrimitives.ReadUInt32BigEndian(_sealed);
        var last = (frame & EnvelopeFormat.LastMark) != 0;
        var length = frame & ~EnvelopeFormat.LastMark;
        if (length > EnvelopeFormat.SegmentSize || (!last && length != EnvelopeFormat.SegmentSize))
        {
            throw new EnvelopeException($"segment {_index}: its length {length} is not allowed");
        }

        var body = _sealed.AsMemory(0, (int)length + AesEax.TagSize);
        await FillAsync(body, cancellationToken).ConfigureAwait(false);
        Open(body.Span, last, destination.Span[..(int)length]);
        _index++;
        _last = last;
        _failed = false;
        return (int)length;
    }

    private void Open(ReadOnlySpan<byte> body, bool last, Span<byte> plaintext)
    {
        EnvelopeFormat.SetNonce(_nonce, _index, last);
        if (!_eax.TryOpen(_nonce, _header, body[..^AesEax.TagSize], body[^AesEax.TagSize..], plaintext))
        {
            throw new EnvelopeException($"segment {_index}: it is forged, damaged, or sealed under another key");
        }
    }

    private async ValueTask ExpectEndAsync(CancellationToken cancellationToken)
    {
        if (_ended)
        {
            return;
        }

        _failed = true;
        if (await _source.ReadAsync(_sealed.AsMemory(0, 1), cancellationToken).ConfigureAwait(false) != 0)
        {
            throw new EnvelopeException("bytes follow the envelope's last segment");
        }

        _failed = false;
        _ended = true;
    }

    private async ValueTask FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = await _source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read < buffer.Length)
        {
            throw new EnvelopeException($"the envelope is cut short in segment {_index}");
        }
    }
}
