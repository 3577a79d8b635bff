using System.Buffers.Binary;
using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Envelope;

/// <summary>
/// Seals what is written to it into a stream, in constant memory (docs/protocol.md#envelope). Only <see cref="CompleteAsync"/>
/// makes the envelope whole: one that is disposed of before is refused by its reader as cut short. Not thread-safe.
/// </summary>
public sealed class EnvelopeWriter : WriteOnlyStream
{
    private readonly Stream _destination;
    private readonly AesEax _eax;
    private readonly byte[] _header = new byte[EnvelopeFormat.HeaderSize];
    private readonly byte[] _nonce = new byte[EnvelopeFormat.NonceSize];
    private readonly byte[] _pending = new byte[EnvelopeFormat.SegmentSize];

    // Room for the header too, so that an envelope's first bytes leave in one write.
    private readonly byte[] _output = new byte[EnvelopeFormat.HeaderSize + EnvelopeFormat.MaxSealedSegment];
    private int _pendingLength;
    private long _index;
    private bool _complete;

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
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, 32, nameof(key));
        _destination = destination;
        _eax = new AesEax(key);
        EnvelopeFormat.WriteHeader(_header, kind, salt);
        salt.CopyTo(_nonce);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_complete, this);
        while (TakeSegment(ref buffer) is { } sealedSegment)
        {
            await _destination.WriteAsync(sealedSegment, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        ObjectDisposedException.ThrowIf(_complete, this);
        var rest = buffer.AsMemory(offset, count);
        ReadOnlyMemory<byte> memory = rest;
        while (TakeSegment(ref memory) is { } sealedSegment)
        {
            _destination.Write(sealedSegment.Span);
        }
    }

    /// <summary>Passes on what is sealed already; a segment is sealed when it is full or when the envelope ends.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => _destination.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Flush() => _destination.Flush();

    /// <summary>Seals the last segment and flushes. Nothing can be written after it.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_complete, this);
        _complete = true;
        await _destination.WriteAsync(Seal(_pending.AsSpan(0, _pendingLength), last: true), cancellationToken).ConfigureAwait(false);
        await _destination.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets the key. The destination stays open.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _complete = true;
            _eax.Dispose();
            CryptographicOperations.ZeroMemory(_pending);
        }

        base.Dispose(disposing);
    }

    // Takes input until one segment can be sealed; null once all input is taken. A full segment waits for the byte
    // after it, since only then is it known not to be the last.
    private ReadOnlyMemory<byte>? TakeSegment(ref ReadOnlyMemory<byte> input)
    {
        if (_pendingLength == 0 && input.Length > EnvelopeFormat.SegmentSize)
        {
            var direct = Seal(input.Span[..EnvelopeFormat.SegmentSize], last: false);
            input = input[EnvelopeFormat.SegmentSize..];
            return direct;
        }

        if (_pendingLength == EnvelopeFormat.SegmentSize && !input.IsEmpty)
        {
            _pendingLength = 0;
            return Seal(_pending, last: false);
        }

        var step = Math.Min(EnvelopeFormat.SegmentSize - _pendingLength, input.Length);
        input.Span[..step].CopyTo(_pending.AsSpan(_pendingLength));
        _pendingLength += step;
        input = input[step..];
        return input.IsEmpty ? null : TakeSegment(ref input);
    }

    private ReadOnlyMemory<byte> Seal(ReadOnlySpan<byte> plaintext, bool last)
    {
        var start = _index == 0 ? EnvelopeFormat.HeaderSize : 0;
        _header.AsSpan(0, start).CopyTo(_output);
        var segment = _output.AsSpan(start, plaintext.Length + EnvelopeFormat.Overhead);
        BinaryPrimitives.WriteUInt32BigEndian(segment, (uint)plaintext.Length | (last ? EnvelopeFormat.LastMark : 0));
        EnvelopeFormat.SetNonce(_nonce, _index, last);
        _eax.Seal(_nonce, _header, plaintext, segment[EnvelopeFormat.FrameSize..^AesEax.TagSize], segment[^AesEax.TagSize..]);
        _index++;
        return _output.AsMemory(0, start + segment.Length);
    }
}
