using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>
/// Executes WRITE. The payload is written directly from the receive buffer, in pieces that end on page boundaries: a write
/// of part of a page would make the kernel read that page from the disk first.
/// </summary>
internal sealed class WriteCommand(TransmissionContext context)
{
    // A smaller piece at the end of the buffer is moved to the front, so that a large piece can be taken.
    private const int MinPiece = 4 * PageBuffer.PageSize;

    public void Execute(in NbdRequest request)
    {
        Exception? failure = null;
        var offset = (long)request.Offset;
        var end = offset + (long)request.Length;
        while (offset < end)
        {
            var length = PieceLength(offset, end);
            var piece = context.Input.TakePayload(length);
            context.Stop.ThrowIfSet();

            // After a failure keep taking the payload, so that the stream stays in sync.
            failure ??= WriteDevice(offset, piece);
            offset += length;
        }

        context.Counters.AddIn((long)request.Length);
        if (failure is null)
        {
            try
            {
                context.FlushIfAsked(request);
            }
            catch (Exception e) when (TransmissionContext.IsOfDevice(e))
            {
                failure = e;
            }
        }

        context.Finish(request, failure);
    }

    // Take as much as fits behind what is in the buffer: moving received bytes would cost another copy.
    private int PieceLength(long offset, long end)
    {
        var room = context.Input.Room;
        if (room < MinPiece && room < end - offset)
        {
            room = context.Input.Capacity;
        }

        return end - offset <= room ? (int)(end - offset) : room - (int)((offset + room) % PageBuffer.PageSize);
    }

    private Exception? WriteDevice(long offset, ReadOnlySpan<byte> data)
    {
        try
        {
            context.Device.Write(offset, data);
            return null;
        }
        catch (Exception e) when (TransmissionContext.IsOfDevice(e))
        {
            return e;
        }
    }
}
