namespace Stiefel.Protocol.Envelope;

/// <summary>
/// Opens an envelope as it arrives, in constant memory, and returns verified bytes only (docs/protocol.md#envelope). A read throws
/// <see cref="EnvelopeException"/> if the envelope is not complete and genuine up to that point; 0 means that all of it was.
/// Not thread-safe.
/// </summary>
public sealed class EnvelopeReader : ReadOnlyStream
{
    private readonly Stream _source;
    private readonly SegmentCipher _cipher;
    private readonly ReceivedBatch _batch;
    private bool _ended;
    private string? _failure;
    private bool _disposed;

    private EnvelopeReader(Stream source, EnvelopeKind kind, SegmentCipher cipher)
    {
        _source = source;
        Kind = kind;
        _cipher = cipher;
        _batch = new ReceivedBatch(cipher);
    }

    /// <summary>The kind of the envelope's content; already verified.</summary>
    public EnvelopeKind Kind { get; }

    /// <summary>Size in bytes of the envelope around <paramref name="plain"/> bytes, for Content-Length and progress.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public static long SealedLength(long plain) => EnvelopeFormat.SealedLength(plain);

    /// <summary>Reads and verifies the header and the first segment.</summary>
    /// <param name="source">The stream, which is read to its end; the caller keeps it, and it is not closed.</param>
    /// <param name="key">32 bytes; copied.</param>
    /// <param name="token">Cancels the read.</param>
    /// <exception cref="EnvelopeException">The bytes are not an envelope, or it is sealed under another key.</exception>
    public static async Task<EnvelopeReader> OpenAsync(Stream source, ReadOnlyMemory<byte> key, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, EnvelopeFormat.KeySize, nameof(key));
        var header = new byte[EnvelopeFormat.HeaderSize];
        if (await source.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, token) < header.Length)
        {
            throw new EnvelopeException("the envelope is cut short in its header");
        }

        var kind = EnvelopeFormat.ReadHeader(header);
        var reader = new EnvelopeReader(source, kind, new SegmentCipher(key.Span, header));
        try
        {
            // Trust the header only after verifying a segment that was sealed with it.
            await reader._batch.ReceiveFirstAsync(source, token);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken token = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failure is not null)
        {
            throw new EnvelopeException(_failure);
        }

        while (!buffer.IsEmpty && !_ended)
        {
            if (_batch.Take(buffer.Span) is var taken and > 0)
            {
                return taken;
            }

            await AdvanceAsync(token);
        }

        return 0;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Reads the rest of the envelope into memory.</summary>
    /// <param name="limit">Largest number of bytes to read; a longer envelope is refused.</param>
    /// <param name="token">Cancels the read.</param>
    /// <exception cref="EnvelopeException">The envelope is not complete and genuine, or longer than the limit.</exception>
    public async Task<byte[]> ReadToEndAsync(int limit, CancellationToken token)
    {
        using var all = new MemoryStream();
        var part = new byte[Math.Min(limit + 1L, EnvelopeFormat.SegmentSize)];
        while (await ReadAsync(part, token) is var read and > 0)
        {
            if (all.Length + read > limit)
            {
                throw new EnvelopeException($"the envelope holds more than the {limit} bytes expected here");
            }

            all.Write(part, 0, read);
        }

        return all.ToArray();
    }

    /// <summary>Overwrites the key and the plaintext. The source stays open.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _batch.Dispose();
            _cipher.Dispose();
        }

        base.Dispose(disposing);
    }

    // Called when everything received has been taken: receives the next segments, or the end.
    private async ValueTask AdvanceAsync(CancellationToken token)
    {
        _failure = "an earlier read of this envelope was interrupted, and its position in the stream is lost";
        try
        {
            if (_batch.HasLast)
            {
                await ExpectEndAsync(token);
            }
            else
            {
                await _batch.ReceiveAsync(_source, token);
            }

            _failure = null;
        }
        catch (EnvelopeException e)
        {
            _failure = e.Message;
            throw;
        }
    }

    private async ValueTask ExpectEndAsync(CancellationToken token)
    {
        if (await _source.ReadAsync(new byte[1], token) != 0)
        {
            throw new EnvelopeException("bytes follow the envelope's last segment");
        }

        _ended = true;
    }
}
