using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Transport;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>
/// Buffers incoming requests: one receive brings as many as have arrived, and the caller takes them one by one. The caller
/// takes a payload in pieces, so a write of any size needs no more memory than this buffer.
/// </summary>
/// <param name="transport">The transport to the client.</param>
/// <param name="capacity">Size of the buffer in bytes.</param>
/// <param name="beforeWaiting">Called before each wait for the client, also in the middle of a payload, and now and then where no wait is needed.</param>
internal sealed class RequestInput(NbdTransport transport, int capacity, Action beforeWaiting) : IDisposable
{
    // A payload that has arrived is taken without calling beforeWaiting, but only up to this many bytes: a client whose requests are all
    // here waits for an answer.
    private const int MaxSilence = 1 << 20;

    private readonly PageBuffer _buffer = new(capacity);
    private int _silence;
    private int _start;
    private int _end;

    // Positions in the stream: of _start, and of the first request that TryPeekNext has not shown yet.
    private long _taken;
    private long _peeked;

    /// <summary>Longest piece of a payload in bytes.</summary>
    public int Capacity => capacity;

    /// <summary>Longest piece in bytes that can be taken now without moving the buffer's content.</summary>
    public int Room => capacity - (IsEmpty ? 0 : _start);

    /// <summary>True if no byte of the next request has arrived.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>Takes the next request if its head has arrived; does not wait. Throws if the stream is out of sync.</summary>
    public bool TryTake(ReplyFormat format, out NbdRequest request)
    {
        var size = NbdRequest.SizeIn(format);
        if (_end - _start < size)
        {
            request = default;
            return false;
        }

        if (!NbdRequest.TryRead(_buffer.Span.Slice(_start, size), format, out request))
        {
            throw new NbdProtocolException("the client sent a request without its magic number");
        }

        Advance(size);
        return true;
    }

    /// <summary>
    /// Shows the next request behind those taken or shown before, if its head has arrived. The request is not checked.
    /// </summary>
    /// <param name="format">The format of requests.</param>
    /// <param name="payloadOf">Returns the number of payload bytes that follow a request's head.</param>
    /// <param name="request">The request; it stays in the buffer until it is taken.</param>
    public bool TryPeekNext(ReplyFormat format, Func<NbdRequest, ulong> payloadOf, out NbdRequest request)
    {
        var size = NbdRequest.SizeIn(format);
        _peeked = Math.Max(_peeked, _taken);
        var at = _start + (_peeked - _taken);
        if (_end - at < size || !NbdRequest.TryRead(_buffer.Span.Slice((int)at, size), format, out request))
        {
            request = default;
            return false;
        }

        // An absurd length ends the connection when the request is taken, so clamping it here does no harm.
        _peeked += size + (long)Math.Min(payloadOf(request), int.MaxValue);
        return true;
    }

    /// <summary>Receives what has arrived, without waiting.</summary>
    public void ReceiveArrived()
    {
        MakeRoom();
        if (_end < capacity)
        {
            _end += transport.ReceiveArrived(_buffer.Span[_end..]);
        }
    }

    /// <summary>Waits for more bytes; false if the client closed the connection. Throws <see cref="TimeoutException"/>.</summary>
    public bool Receive()
    {
        MakeRoom();
        _silence = 0;
        beforeWaiting();
        var received = transport.Receive(_buffer.Span[_end..]);
        _end += received;
        return received > 0;
    }

    /// <summary>The next bytes of a payload, exactly as many as asked for, at most <see cref="Capacity"/>. Valid until the next call.</summary>
    public ReadOnlySpan<byte> TakePayload(int length)
    {
        if (Room < length)
        {
            MoveToFront();
        }

        while (_end - _start < length)
        {
            if (!ReceiveMore())
            {
                throw new NbdProtocolException("the client disconnected in the middle of a payload");
            }
        }

        ReadOnlySpan<byte> piece = _buffer.Span.Slice(_start, length);
        Advance(length);
        return piece;
    }

    /// <summary>Reads and discards a payload, so that the stream stays in sync.</summary>
    public void Drain(ulong length)
    {
        while (length > 0)
        {
            var piece = (int)Math.Min(length, (ulong)capacity);
            TakePayload(piece);
            length -= (ulong)piece;
        }
    }

    public void Dispose() => _buffer.Dispose();

    // Tries without waiting first: the rest of a payload has usually arrived.
    private bool ReceiveMore()
    {
        if (_silence >= MaxSilence)
        {
            return Receive();
        }

        var before = _end - _start;
        ReceiveArrived();
        var arrived = _end - _start - before;
        _silence += arrived;
        return arrived > 0 || Receive();
    }

    private void Advance(int length)
    {
        _start += length;
        _taken += length;
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == capacity)
        {
            MoveToFront();
        }
    }

    private void MoveToFront()
    {
        _buffer.Span[_start.._end].CopyTo(_buffer.Span);
        _end -= _start;
        _start = 0;
    }
}
