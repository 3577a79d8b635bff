using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>
/// Requests as they arrive: one receive brings as many as are there, and they are taken from the buffer one by one. A
/// payload is taken in pieces that the caller chooses, so a write of any size needs no more memory than this buffer.
/// </summary>
internal sealed class RequestInput(NbdTransport transport, int capacity) : IDisposable
{
    private readonly PageBuffer _buffer = new(capacity);
    private int _start;
    private int _end;

    /// <summary>Longest piece of a payload in bytes.</summary>
    public int Capacity => capacity;

    /// <summary>Nothing of a next request is here yet.</summary>
    public bool IsEmpty => _start == _end;

    /// <summary>Takes the next request if its head is here; does not wait. Throws if the stream is out of step.</summary>
    public bool TryTake(ReplyFormat format, out NbdRequest request)
    {
        int size = NbdRequest.SizeIn(format);
        if (_end - _start < size)
        {
            request = default;
            return false;
        }

        if (!NbdRequest.TryRead(_buffer.Span.Slice(_start, size), format, out request))
        {
            throw new NbdProtocolException("a request without its magic");
        }

        _start += size;
        return true;
    }

    /// <summary>Waits for more bytes; false if the client closed. Throws <see cref="TimeoutException"/>.</summary>
    public bool Receive()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == capacity)
        {
            MoveToFront();
        }

        int received = transport.Receive(_buffer.Span[_end..]);
        _end += received;
        return received > 0;
    }

    /// <summary>The next bytes of a payload, exactly as many as asked for, at most <see cref="Capacity"/>. Valid until the next call.</summary>
    public ReadOnlySpan<byte> TakePayload(int length)
    {
        if (capacity - _start < length)
        {
            MoveToFront();
        }

        while (_end - _start < length)
        {
            if (!Receive())
            {
                throw new NbdProtocolException("the client left in the middle of a payload");
            }
        }

        ReadOnlySpan<byte> piece = _buffer.Span.Slice(_start, length);
        _start += length;
        return piece;
    }

    /// <summary>Reads a payload and forgets it, so that the stream stays in step.</summary>
    public void Drain(ulong length)
    {
        while (length > 0)
        {
            int piece = (int)Math.Min(length, (ulong)capacity);
            TakePayload(piece);
            length -= (ulong)piece;
        }
    }

    public void Dispose() => _buffer.Dispose();

    private void MoveToFront()
    {
        _buffer.Span[_start.._end].CopyTo(_buffer.Span);
        _end -= _start;
        _start = 0;
    }
}
