using System.IO.Pipelines;
using System.Security.Cryptography;

namespace Stiefel.Protocol.Envelope;

/// <summary>
/// Seals what is written to it into a pipe, in constant memory (docs/protocol.md#envelope). Only <see cref="CompleteAsync"/>
/// makes the envelope whole: one that is disposed of before is refused by its reader as cut short. Not thread-safe.
/// </summary>
public sealed class EnvelopeWriter : WriteOnlyStream
{
    private readonly PipeWriter _destination;
    private readonly SegmentCipher _cipher;
    private readonly SealedBatch _batch;

    // Plaintext that may still be the envelope's last: which of them is, a segment's seal must say.
    private readonly byte[] _waiting = new byte[EnvelopeFormat.SegmentSize];
    private int _waitingCount;
    private bool _closed;

    // Once a batch did not leave whole, nothing may follow it: its bytes are lost, and an end would make the rest look complete.
    private bool _broken;

    /// <param name="destination">Stays the caller's; it is not completed. Nobody else writes to it meanwhile.</param>
    /// <param name="key">32 bytes; copied. One key seals one envelope.</param>
    /// <param name="kind">What the envelope holds.</param>
    public EnvelopeWriter(PipeWriter destination, ReadOnlySpan<byte> key, EnvelopeKind kind)
        : this(destination, key, kind, RandomNumberGenerator.GetBytes(EnvelopeFormat.SaltSize))
    {
    }

    /// <summary>For test vectors: the salt is the caller's.</summary>
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

    /// <summary>Bytes of the envelope that were handed to the destination.</summary>
    public long SealedBytes { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="IOException">Nobody reads the pipe any more.</exception>
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

    /// <summary>Not supported: a pipe is written to asynchronously.</summary>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("an envelope is written asynchronously");

    /// <summary>Does nothing: what was written is sent when a batch of segments is whole, or the envelope ends.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc cref="Flush"/>
    public override Task FlushAsync(CancellationToken token) => Task.CompletedTask;

    /// <summary>Seals the last segment and flushes. Nothing can be written after it.</summary>
    public async ValueTask CompleteAsync(CancellationToken token)
    {
        ThrowIfUnusable();
        _closed = true;
        _batch.Add(_waiting.AsSpan(0, _waitingCount), last: true);
        await SendAsync(last: true, token);
    }

    /// <summary>Forgets key and plaintext. The destination stays open.</summary>
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
            // Kestrel looks whether an answer is whole when it is written to, not when it is flushed. Without this, a client
            // that goes as soon as it has the last byte is taken for one that broke the answer off.
            await _destination.WriteAsync(ReadOnlyMemory<byte>.Empty, token);
        }

        var flushed = await _destination.FlushAsync(token);
        if (flushed.IsCompleted && !last) // who goes after the last byte may well have it
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
            throw new InvalidOperationException("an earlier write of this envelope failed; it cannot become whole any more");
        }
    }

    // Takes in as much as the batch has room for; the rest is returned.
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
