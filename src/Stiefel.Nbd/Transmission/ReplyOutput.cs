using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Transport;

namespace Stiefel.Nbd.Transmission;

/// <summary>
/// Gathers replies in one buffer and sends them together. Data is read from the disk directly into its place behind the
/// reply's head.
/// </summary>
internal sealed class ReplyOutput(NbdTransport transport, int capacity) : IDisposable
{
    /// <summary>Room for the head of a chunk beside a full piece of data.</summary>
    private const int HeadRoom = 4096;

    private readonly PageBuffer _buffer = new(capacity + HeadRoom);
    private int _length;

    /// <summary>Largest piece of data that fits in one <see cref="Reserve"/>, in bytes.</summary>
    public int Capacity => capacity;

    /// <summary>Returns space for one message of at most <see cref="Capacity"/> bytes and a head; sends earlier replies if room is short.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_buffer.Length - _length < length)
        {
            Flush();
        }

        return _buffer.Span.Slice(_length, length);
    }

    /// <summary>Marks the first bytes of the reserved space as ready to send.</summary>
    public void Commit(int length) => _length += length;

    /// <summary>Sends all gathered replies.</summary>
    public void Flush()
    {
        if (_length > 0)
        {
            // Empty the buffer before sending: after a partial failure nothing may be sent twice.
            var length = _length;
            _length = 0;
            transport.Send(_buffer.Span[..length]);
        }
    }

    /// <summary>Sends all gathered replies, and the pages behind them.</summary>
    public void FlushWith(PagePipe pages)
    {
        var length = _length;
        _length = 0;
        transport.Send(_buffer.Span[..length], pages);
    }

    public void Dispose() => _buffer.Dispose();
}
