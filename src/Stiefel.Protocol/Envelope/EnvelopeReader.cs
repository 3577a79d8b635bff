using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Stiefel.Protocol.Envelope;

/// <summary>
/// Opens an envelope as it arrives, in constant memory, and hands out verified bytes only (docs/protocol.md#envelope).
/// Every read throws <see cref="EnvelopeException"/> if the envelope is not whole and genuine up to there; 0 means that all of it was.
/// Not thread-safe.
/// </summary>
public sealed class EnvelopeReader : ReadOnlyStream
{
    private readonly Stream _source;
    private readonly byte[] _key;
    private readonly byte[] _header = new byte[EnvelopeFormat.HeaderSize];
    private readonly byte[] _frame = new byte[EnvelopeFormat.FrameSize];

    // Received and being opened, oldest first.
    private readonly Queue<(SegmentLane Lane, Task<bool> Opening)> _opening = new(SegmentLane.Most);

    // What is handed out now; its place is behind all that were opened before.
    private SegmentLane? _current;
    private long _received;
    private long _opened;
    private bool _receivedLast;
    private bool _ended;
    private string? _failure;
    private bool _disposed;

    private EnvelopeReader(Stream source, ReadOnlySpan<byte> key)
    {
        _source = source;
        _key = key.ToArray();
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
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, EnvelopeFormat.KeySize, nameof(key));
        var reader = new EnvelopeReader(source, key.Span);
        try
        {
            await reader.FillAsync(reader._header, cancellationToken).ConfigureAwait(false);
            reader.Kind = EnvelopeFormat.ReadHeader(reader._header);

            // The header is only believed once a segment sealed under it has opened.
            await reader.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            await reader.NextAsync().ConfigureAwait(false);
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
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is not null)
        {
            throw new EnvelopeException(_failure);
        }

        while (!buffer.IsEmpty && !_ended)
        {
            if (_current?.Take(buffer.Span) is { } taken and > 0)
            {
                return taken;
            }

            await AdvanceAsync(cancellationToken).ConfigureAwait(false);
        }

        return 0;
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
        if (disposing && !_disposed)
        {
            _disposed = true;
            while (_opening.TryDequeue(out var entry))
            {
                entry.Opening.Wait(); // a fraction of a millisecond; its memory is in use until then
                entry.Lane.Dispose();
            }

            _current?.Dispose();
            CryptographicOperations.ZeroMemory(_key);
        }

        base.Dispose(disposing);
    }

    // The current segment is used up: keeps all lanes busy, then brings the next segment, or the end.
    private async ValueTask AdvanceAsync(CancellationToken cancellationToken)
    {
        _failure = "an earlier read of this envelope was broken off; its place in the stream is lost";
        try
        {
            while (!_receivedLast && _opening.Count < SegmentLane.Most)
            {
                await ReceiveAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_opening.Count > 0)
            {
                await NextAsync().ConfigureAwait(false);
            }
            else
            {
                await ExpectEndAsync(cancellationToken).ConfigureAwait(false);
            }

            _failure = null;
        }
        catch (EnvelopeException e)
        {
            _failure = e.Message;
            throw;
        }
    }

    // Receives one segment and has it opened by another thread; the current lane, being used up, is the first to be used again.
    private async ValueTask ReceiveAsync(CancellationToken cancellationToken)
    {
        await FillAsync(_frame, cancellationToken).ConfigureAwait(false);
        var (length, last) = EnvelopeFormat.ReadFrame(_frame, _received);
        var lane = _current ?? new SegmentLane(_key, _header);
        _current = null;
        var index = _received++;
        try
        {
            await FillAsync(lane.SealedBody(length), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lane.Dispose();
            throw;
        }

        _receivedLast = last;
        _opening.Enqueue((lane, Task.Run(() => lane.TryOpen(index, last, length), CancellationToken.None)));
    }

    private async ValueTask NextAsync()
    {
        _current?.Dispose();
        (_current, var opening) = _opening.Dequeue();
        if (!await opening.ConfigureAwait(false))
        {
            throw new EnvelopeException($"segment {_opened}: it is forged, damaged, or sealed under another key");
        }

        _opened++;
    }

    private async ValueTask ExpectEndAsync(CancellationToken cancellationToken)
    {
        if (await _source.ReadAsync(_frame.AsMemory(0, 1), cancellationToken).ConfigureAwait(false) != 0)
        {
            throw new EnvelopeException("bytes follow the envelope's last segment");
        }

        _ended = true;
    }

    private async ValueTask FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = await _source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read < buffer.Length)
        {
            throw new EnvelopeException($"the envelope is cut short in segment {_received}");
        }
    }
}
