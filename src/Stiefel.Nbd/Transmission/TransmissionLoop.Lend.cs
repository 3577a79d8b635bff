using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

// Large READs: the pages of the page cache are lent to the socket instead of being copied twice. They lie in the pipe before
// the head of the reply is written, so a failure of the disk is still answered in good order. A read sees a write that the
// client sends before the reply has come: it must not expect an order between the two (proto.md#ordering-of-messages-and-writes).
internal sealed partial class TransmissionLoop
{
    // Below, the calls cost more than the copy.
    private const int MinLent = 64 * 1024;

    // What a pipe may hold without privilege (man 7 pipe, pipe-max-size).
    private const int MaxLent = 1024 * 1024;

    private PagePipe? _pages;
    private bool _cannotLend;

    /// <summary>Answers as much of the request as can be lent; returns the offset of the rest.</summary>
    private long LendPieces(in NbdRequest request)
    {
        long offset = (long)request.Offset;
        long end = offset + (long)request.Length;
        while (LentLength(request, offset, end) is > 0 and int length)
        {
            _stop.ThrowIfSet();
            try
            {
                if (!TryLendPiece(request, offset, length))
                {
                    _cannotLend = true;
                    return offset;
                }
            }
            catch (Exception e) when (IsOfDevice(e))
            {
                // Copying finds out how far it can be read, and reports.
                ForgetPages();
                return offset;
            }

            offset += length;
        }

        return offset;
    }

    // Pieces end on page boundaries, since a part of a page takes as much room in the pipe as a whole one. 0 = none.
    private int LentLength(in NbdRequest request, long offset, long end)
    {
        long length = Math.Min(end - offset, MaxLent - (offset % PageSize));
        bool isEnough = length >= MinLent && (!NeedsOneReply(request) || length == (long)request.Length);
        return isEnough && CanLend() ? (int)length : 0;
    }

    private bool CanLend()
    {
        if (!_cannotLend)
        {
            _pages ??= PagePipe.TryCreate(MaxLent);
            _cannotLend = _pages is null;
        }

        return !_cannotLend;
    }

    private bool TryLendPiece(in NbdRequest request, long offset, int length)
    {
        if (!IsCached(offset) || !IsCached(offset + length - 1))
        {
            PrepareToWait();
        }

        if (!_device.TryLend(offset, length, _pages!))
        {
            ForgetPages();
            return false;
        }

        WriteDataHead(_output.Reserve(HeadSize), request, offset, length);
        _output.Commit(HeadSize);
        _output.FlushWith(_pages!);
        return true;
    }

    // A guess, from both ends of the range: if it is wrong, the disk works on one request at a time.
    private bool IsCached(long offset)
    {
        Span<byte> one = stackalloc byte[1];
        return _device.TryReadCached(offset, one);
    }

    private void ForgetPages()
    {
        _pages?.Dispose();
        _pages = null;
    }
}
