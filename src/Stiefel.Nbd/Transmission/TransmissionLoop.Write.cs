using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

// WRITE. The payload is written from where it was received, in pieces that end on page boundaries: a write of part of a
// page makes the kernel read that page from the disk first.
internal sealed partial class TransmissionLoop
{
    private const int PageSize = 4096;

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

    private int PieceLength(long offset, long end)
    {
        long length = end - offset;
        return length <= _input.Capacity ? (int)length : _input.Capacity - (int)(offset % PageSize);
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
