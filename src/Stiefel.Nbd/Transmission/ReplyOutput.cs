using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Transport;

namespace Stiefel.Nbd.Transmission;

/// <summary>
/// Replies on their way out: gathered in one buffer and sent together. Data is read from the disk straight into its place
/// behind its head.
/// </summary>
internal sealed class ReplyOutput(NbdTransport transport, int capacity) : IDisposable
{
    /// <summary>Room for the head of a chunk beside a full piece of data.</summary>
    private const int HeadRoom = 4096;

    private readonly PageBuffer _buffer = new(capacity + HeadRoom);
    private int _length;

    /// <summary>Largest piece of data that fits in one <see cref="Reserve"/>, in bytes.</summary>
    public int Capacity => capacity;

    /// <summary>Space for one message, at most <see cref="Capacity"/> and a head; sends what is in the way.</summary>
    public Span<byte> Reserve(int length)
    {
        if (_buffer.Length - _length < length)
        {
            Flush();
        }

        return _buffer.Span.Slice(_length, length);
    }

    /// <summary>The first bytes of what was reserved are to be sent.</summary>
    public void Commit(int length) => _length += length;

    /// <summary>Sends all that is gathered.</summary>
    public void Flush()
    {
        if (_length > 0)
        {
            // A part may have left when it fails: nothing is sent twice.
            var length = _length;
            _length = 0;
            transport.Send(_buffer.Span[..length]);
        }
    }

    /// <summary>Sends all that is gathered, and the pages behind it.</summary>
    public void FlushWith(PagePipe pages)
    {
        var length = _length;
        _length = 0;
        transport.Send(_buffer.Span[..length], pages);
    }

    public void Dispose() => _buffer.Dispose();
}
