using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Transport;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>
/// Requests as they arrive: one receive brings as many as are there, and they are taken from the buffer one by one. A
/// payload is taken in pieces that the caller chooses, so a write of any size needs no more memory than this buffer.
/// </summary>
/// <param name="transport">The client.</param>
/// <param name="capacity">Bytes of the buffer.</param>
/// <param name="beforeWaiting">Called each time before it waits for the client, also in the middle of a payload; and now and then where it need not wait.</param>
internal sealed class RequestInput(NbdTransport transport, int capacity, Action beforeWaiting) : IDisposable
{
    // What has arrived is taken without a word to the client, whose next bytes are on their way; but no longer than this, since a client with all
    // of its requests here waits for an answer.
    private const int MaxSilence = 1 << 20;

    private readonly PageBuffer _buffer = new(capacity);
    private int _silence;
    private int _start;
    private int _end;

    // Positions in the stream: of _start, and of the first request that PeekNext has not shown yet.
    private long _taken;
    private long _peeked;

    /// <summary>Longest piece of a payload in bytes.</summary>
    public int Capacity => capacity;

    /// <summary>Longest piece that can be taken now without moving what is here.</summary>
    public int Room => capacity - (IsEmpty ? 0 : _start);

    /// <summary>Nothing of a next request is here yet.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>Takes the next request if its head is here; does not wait. Throws if the stream is out of step.</summary>
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
            throw new NbdProtocolException("a request without its magic");
        }

        Advance(size);
        return true;
    }

    /// <summary>
    /// Shows the next request behind those taken and those shown before, if its head is here. What it says is not checked.
    /// </summary>
    /// <param name="format">How requests look.</param>
    /// <param name="payloadOf">Bytes that follow a head.</param>
    /// <param name="request">For a look only: it will be taken in its turn.</param>
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

        // An absurd length is refused when its turn comes; the stream ends there.
        _peeked += size + (long)Math.Min(payloadOf(request), int.MaxValue);
        return true;
    }

    /// <summary>Takes in what has arrived, without waiting.</summary>
    public void ReceiveArrived()
    {
        MakeRoom();
        if (_end < capacity)
        {
            _end += transport.ReceiveArrived(_buffer.Span[_end..]);
        }
    }

    /// <summary>Waits for more bytes; false if the client closed. Throws <see cref="TimeoutException"/>.</summary>
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
                throw new NbdProtocolException("the client left in the middle of a payload");
            }
        }

        ReadOnlySpan<byte> piece = _buffer.Span.Slice(_start, length);
        Advance(length);
        return piece;
    }

    /// <summary>Reads a payload and forgets it, so that the stream stays in step.</summary>
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

    // The rest of a payload is mostly there already.
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
