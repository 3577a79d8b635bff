using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

// WRITE. The payload is written from where it was received, in pieces that end on page boundaries: a write of part of a
// page makes the kernel read that page from the disk first.
internal sealed partial class TransmissionLoop
{
    private const int PageSize = 4096;

    // A smaller piece at the end of the buffer is moved to its front, so that the next one is a large one.
    private const int MinPiece = 4 * PageSize;

    private void Write(in NbdRequest request)
    {
        Exception? failure = null;
        long offset = (long)request.Offset;
        long end = offset + (long)request.Length;
        while (offset < end)
        {
            int length = PieceLength(offset, end);
            ReadOnlySpan<byte> piece = _input.TakePayload(length);
            _stop.ThrowIfSet();

            // After a failure the rest is still taken, so that the stream stays in step.
            failure ??= WriteDevice(offset, piece);
            offset += length;
        }

        _counters.AddIn((long)request.Length);
        if (failure is null)
        {
            try
            {
                FlushIfAsked(request);
            }
            catch (Exception e) when (IsOfDevice(e))
            {
                failure = e;
            }
        }

        Finish(request, failure);
    }

    // As much as lies in the buffer in one run, or can: moving what was received would be a copy more.
    private int PieceLength(long offset, long end)
    {
        int room = _input.Room;
        if (room < MinPiece && room < end - offset)
        {
            room = _input.Capacity;
        }

        return end - offset <= room ? (int)(end - offset) : room - (int)((offset + room) % PageSize);
    }

    private Exception? WriteDevice(long offset, ReadOnlySpan<byte> data)
    {
        try
        {
            _device.Write(offset, data);
            return null;
        }
        catch (Exception e) when (IsOfDevice(e))
        {
            return e;
        }
    }
}
