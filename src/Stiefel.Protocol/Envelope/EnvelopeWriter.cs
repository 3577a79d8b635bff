using System.IO.Pipelines;
using System.Security.Cryptography;

namespace Stiefel.Protocol.Envelope;

/// <summary>
/// Seals everything written to it into a pipe, in constant memory (docs/protocol.md#envelope). Only <see cref="CompleteAsync"/>
/// completes the envelope: if the writer is disposed of before, the reader refuses the envelope as cut short. Not thread-safe.
/// </summary>
public sealed class EnvelopeWriter : WriteOnlyStream
{
    private readonly PipeWriter _destination;
    private readonly SegmentCipher _cipher;
    private readonly SealedBatch _batch;

    // Plaintext is held back until it is known whether it is the envelope's last segment, because the seal marks that.
    private readonly byte[] _waiting = new byte[EnvelopeFormat.SegmentSize];
    private int _waitingCount;
    private bool _closed;

    // After a batch was not sent completely, nothing may follow: its bytes are lost, and an end would make the rest look complete.
    private bool _broken;

    /// <param name="destination">The pipe; the caller keeps it, it is not completed, and no one else may write to it meanwhile.</param>
    /// <param name="key">32 bytes; copied. Use each key for one envelope only.</param>
    /// <param name="kind">The kind of the envelope's content.</param>
    public EnvelopeWriter(PipeWriter destination, ReadOnlySpan<byte> key, EnvelopeKind kind)
        : this(destination, key, kind, RandomNumberGenerator.GetBytes(EnvelopeFormat.SaltSize))
    {
    }

    /// <summary>For test vectors: the caller chooses the salt.</summary>
    internal EnvelopeWriter(PipeWriter destination, ReadOnlySpan<byte> key, EnvelopeKind kind, ReadOnlySpan<byte> salt)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, EnvelopeFormat.KeySize, nameof(key));
        var header = new byte[EnvelopeFormat.HeaderSize];
        EnvelopeFormat.WriteHeader(header, kind, salt);
        _destination = destination;
        _cipher = new SegmentCipher(key, header);
        _batch = new SealedBatch(destination, _cipher, header);
    }

    /// <summary>Bytes of the envelope that have been passed to the destination.</summary>
    public long SealedBytes { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="IOException">The reader of the pipe is gone.</exception>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken token = default)
    {
        ThrowIfUnusable();
        while (!buffer.IsEmpty)
        {
            buffer = Put(buffer);
            if (_batch.IsFull)
            {
                await SendAsync(last: false, token);
            }
        }
    }

    /// <summary>Not supported, because a pipe can only be written asynchronously.</summary>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("an envelope can only be written asynchronously");

    /// <summary>Does nothing: data is sent when a batch of segments is full or the envelope ends.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc cref="Flush"/>
    public override Task FlushAsync(CancellationToken token) => Task.CompletedTask;

    /// <summary>Seals the last segment and flushes. Nothing can be written afterwards.</summary>
    public async ValueTask CompleteAsync(CancellationToken token)
    {
        ThrowIfUnusable();
        _closed = true;
        _batch.Add(_waiting.AsSpan(0, _waitingCount), last: true);
        await SendAsync(last: true, token);
    }

    /// <summary>Overwrites key and plaintext. The destination stays open.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _closed = true;
            _cipher.Dispose();
            CryptographicOperations.ZeroMemory(_waiting);
        }

        base.Dispose(disposing);
    }

    private async ValueTask SendAsync(bool last, CancellationToken token)
    {
        _broken = true;
        token.ThrowIfCancellationRequested();
        var isFirst = SealedBytes == 0;
        SealedBytes += _batch.Finish();
        if (last && !isFirst)
        {
            // Kestrel checks on a write, not on a flush, whether an answer is complete. Without this write, a client that
            // disconnects as soon as it has the last byte counts as one that aborted the answer.
            await _destination.WriteAsync(ReadOnlyMemory<byte>.Empty, token);
        }

        var flushed = await _destination.FlushAsync(token);
        if (flushed.IsCompleted && !last) // a client that disconnects after the last byte may well have it
        {
            throw new IOException("the envelope's receiver is gone");
        }

        _broken = false;
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_broken)
        {
            throw new InvalidOperationException("an earlier write of this envelope failed, so it cannot be completed");
        }
    }

    // Adds as much as the batch has room for, and returns the rest.
    private ReadOnlyMemory<byte> Put(ReadOnlyMemory<byte> plaintext)
    {
        while (!plaintext.IsEmpty && !_batch.IsFull)
        {
            if (_waitingCount == EnvelopeFormat.SegmentSize)
            {
                _batch.Add(_waiting, last: false);
                _waitingCount = 0;
            }
            else if (_waitingCount == 0 && plaintext.Length > EnvelopeFormat.SegmentSize)
            {
                _batch.Add(plaintext.Span[..EnvelopeFormat.SegmentSize], last: false);
                plaintext = plaintext[EnvelopeFormat.SegmentSize..];
            }
            else
            {
                var step = Math.Min(EnvelopeFormat.SegmentSize - _waitingCount, plaintext.Length);
                plaintext.Span[..step].CopyTo(_waiting.AsSpan(_waitingCount));
                _waitingCount += step;
                plaintext = plaintext[step..];
            }
        }

        return plaintext;
    }
}
