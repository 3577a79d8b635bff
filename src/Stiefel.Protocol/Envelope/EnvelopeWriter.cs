using System.Security.Cryptography;

namespace Stiefel.Protocol.Envelope;

/// <summary>
/// Seals what is written to it into a stream, in constant memory (docs/protocol.md#envelope). Only <see cref="CompleteAsync"/>
/// makes the envelope whole: one that is disposed of before is refused by its reader as cut short. Not thread-safe.
/// </summary>
public sealed class EnvelopeWriter : WriteOnlyStream
{
    private readonly Stream _destination;
    private readonly byte[] _key;
    private readonly byte[] _header = new byte[EnvelopeFormat.HeaderSize];

    // Being sealed, oldest first; the lane being filled is not among them.
    private readonly Queue<(SegmentLane Lane, Task<ReadOnlyMemory<byte>> Sealing)> _sealing = new(SegmentLane.Most);
    private SegmentLane _filling;
    private long _index;
    private bool _closed;

    /// <param name="destination">Stays the caller's; it is not closed.</param>
    /// <param name="key">32 bytes; copied. One key seals one envelope.</param>
    /// <param name="kind">What the envelope holds.</param>
    public EnvelopeWriter(Stream destination, ReadOnlySpan<byte> key, EnvelopeKind kind)
        : this(destination, key, kind, RandomNumberGenerator.GetBytes(EnvelopeFormat.SaltSize))
    {
    }

    /// <summary>For test vectors: the salt is the caller's.</summary>
    internal EnvelopeWriter(Stream destination, ReadOnlySpan<byte> key, EnvelopeKind kind, ReadOnlySpan<byte> salt)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, EnvelopeFormat.KeySize, nameof(key));
        _destination = destination;
        _key = key.ToArray();
        EnvelopeFormat.WriteHeader(_header, kind, salt);
        _filling = new SegmentLane(key, _header);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        while (!buffer.IsEmpty)
        {
            // A full segment waits for the byte after it: only then is it known not to be the last.
            if (_filling.IsFull && StartSealing() is { } oldest)
            {
                await _destination.WriteAsync(await oldest.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }

            buffer = _filling.Put(buffer);
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        ObjectDisposedException.ThrowIf(_closed, this);
        for (ReadOnlyMemory<byte> rest = buffer.AsMemory(offset, count); !rest.IsEmpty;)
        {
            if (_filling.IsFull && StartSealing() is { } oldest)
            {
                _destination.Write(oldest.GetAwaiter().GetResult().Span);
            }

            rest = _filling.Put(rest);
        }
    }

    /// <summary>Flushes the destination. A segment is sealed when it is full or when the envelope ends, not by this.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => _destination.FlushAsync(cancellationToken);

    /// <inheritdoc cref="FlushAsync"/>
    public override void Flush() => _destination.Flush();

    /// <summary>Seals the last segment and flushes. Nothing can be written after it.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        _closed = true;
        var last = _filling.Seal(_index, last: true);
        foreach (var (_, sealing) in _sealing)
        {
            await _destination.WriteAsync(await sealing.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        await _destination.WriteAsync(last, cancellationToken).ConfigureAwait(false);
        await _destination.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets the key. The destination stays open.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _closed = true;
            while (_sealing.TryDequeue(out var entry))
            {
                entry.Sealing.Wait(); // a fraction of a millisecond; its memory is in use until then
                entry.Lane.Dispose();
            }

            _filling.Dispose();
            CryptographicOperations.ZeroMemory(_key);
        }

        base.Dispose(disposing);
    }

    // Has the full segment sealed and brings a lane to fill. If that one holds the oldest segment, its bytes are returned, to be
    // written before anything is put into it.
    private Task<ReadOnlyMemory<byte>>? StartSealing()
    {
        var (full, index) = (_filling, _index++);
        _sealing.Enqueue((full, Task.Run(() => full.Seal(index, last: false))));
        if (_sealing.Count < SegmentLane.Most)
        {
            _filling = new SegmentLane(_key, _header);
            return null;
        }

        (_filling, var oldest) = _sealing.Dequeue();
        return oldest;
    }
}
