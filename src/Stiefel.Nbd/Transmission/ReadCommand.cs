using System.Buffers.Binary;
using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>
/// Executes READ. A reply consists of pieces, each a head and its data. No piece is larger than the buffer, so memory stays bounded.
///
/// Lent: the page cache pages of a large piece are lent to the socket instead of being copied twice. They are in the pipe before the head
/// of the reply is written, so a disk failure can still be reported as an error. Such a read may see a write that the client sends before
/// the reply arrives; the protocol promises no order between the two (proto.md#ordering-of-messages-and-writes).
///
/// Copied: everything else is read directly into its place behind its head.
///
/// Looking ahead: serving one request at a time would leave a disk idle that can do thirty at once. So before the thread waits for the
/// disk, it tells the kernel about all reads that have arrived. The kernel fetches them in parallel, and most are in memory in time.
/// </summary>
internal sealed class ReadCommand(TransmissionContext context, bool canLend) : IDisposable
{
    // NBD_REPLY_TYPE_OFFSET_DATA begins with the offset of its data.
    private const int DataOffsetSize = 8;

    // Below this size the system calls for lending cost more than the copy.
    private const int MinLent = 64 * 1024;

    // The largest pipe that needs no privilege (man 7 pipe, pipe-max-size).
    private const int MaxLent = 1024 * 1024;

    // Limits one look ahead, so that a client cannot push everything else out of the page cache.
    private const long MaxBytesAhead = 16L << 20;

    private readonly Func<NbdRequest, ulong> _payloadOf = request => context.Rules.PayloadOf(request);
    private PagePipe? _pages;
    private bool _canLend = canLend;

    private int HeadSize => context.Format == ReplyFormat.Simple ? SimpleReply.Size : ChunkHeader.SizeIn(context.Format) + DataOffsetSize;

    public void Execute(in NbdRequest request)
    {
        if (request.Length == 0)
        {
            context.Reply.Acknowledge(request);
            return;
        }

        var rest = LendPieces(request);
        if (rest == (long)request.Offset && NeedsOneReply(request) && (int)request.Length > context.Output.Capacity)
        {
            ReadInOneLargeReply(request);
        }
        else
        {
            ReadInPieces(request, rest);
        }

        context.Counters.AddOut((long)request.Length);
    }

    public void Dispose() => ForgetPages();

    private bool NeedsOneReply(in NbdRequest request) => context.Format == ReplyFormat.Simple || request.Flags.HasFlag(NbdCommandFlags.Df);

    private void WriteDataHead(Span<byte> head, in NbdRequest request, long offset, int length)
    {
        if (context.Format == ReplyFormat.Simple)
        {
            new SimpleReply(NbdError.None, request.Cookie).Write(head);
            return;
        }

        var isLast = (ulong)(offset + length) == request.Offset + request.Length;
        new ChunkHeader(isLast, ChunkType.OffsetData, request.Cookie, request.Offset, (ulong)(DataOffsetSize + length)).Write(head, context.Format);
        BinaryPrimitives.WriteInt64BigEndian(head[ChunkHeader.SizeIn(context.Format)..], offset);
    }

    // The pieces before this one were read and sent.
    private void FailPiece(in NbdRequest request, long offset, Exception failure)
    {
        context.ReportFailure(request, failure);
        if (NeedsOneReply(request))
        {
            context.Reply.Fail(request, ErrorMapping.Of(failure), failure.Message);
        }
        else
        {
            context.Reply.FailAt(request, ErrorMapping.Of(failure), failure.Message, offset);
        }
    }

    // Lent pieces

    /// <summary>Answers as much of the request as can be lent; returns the offset of the rest.</summary>
    private long LendPieces(in NbdRequest request)
    {
        var offset = (long)request.Offset;
        var end = offset + (long)request.Length;
        while (LentLength(request, offset, end) is > 0 and int length)
        {
            context.Stop.ThrowIfSet();
            try
            {
                if (!TryLendPiece(request, offset, length))
                {
                    _canLend = false;
                    return offset;
                }
            }
            catch (Exception e) when (TransmissionContext.IsOfDevice(e))
            {
                // Fall back to copying, which finds out how much can be read and reports the failure.
                ForgetPages();
                return offset;
            }

            offset += length;
        }

        return offset;
    }

    // Pieces end on page boundaries, since part of a page takes as much room in the pipe as a whole one. 0 = lend nothing.
    private int LentLength(in NbdRequest request, long offset, long end)
    {
        var length = Math.Min(end - offset, MaxLent - (offset % PageBuffer.PageSize));
        var isEnough = length >= MinLent && (!NeedsOneReply(request) || length == (long)request.Length);
        return isEnough && HasPipe() ? (int)length : 0;
    }

    private bool HasPipe()
    {
        if (_canLend)
        {
            _pages ??= PagePipe.TryCreate(MaxLent);
            _canLend = _pages is not null;
        }

        return _canLend;
    }

    private bool TryLendPiece(in NbdRequest request, long offset, int length)
    {
        if (!IsCached(offset) || !IsCached(offset + length - 1))
        {
            PrepareToWait();
        }

        if (!context.Device.TryLend(offset, length, _pages!))
        {
            ForgetPages();
            return false;
        }

        WriteDataHead(context.Output.Reserve(HeadSize), request, offset, length);
        context.Output.Commit(HeadSize);
        context.Output.FlushWith(_pages!);
        return true;
    }

    // The callers check both ends of the range only. A wrong guess just means that the disk works on one request at a time.
    private bool IsCached(long offset)
    {
        Span<byte> one = stackalloc byte[1];
        return context.Device.TryReadCached(offset, one);
    }

    private void ForgetPages()
    {
        _pages?.Dispose();
        _pages = null;
    }

    // Copied pieces

    private void ReadInPieces(in NbdRequest request, long offset)
    {
        var end = (long)(request.Offset + request.Length);
        while (offset < end)
        {
            context.Stop.ThrowIfSet();
            var length = (int)Math.Min(end - offset, context.Output.Capacity);
            try
            {
                ReadPiece(request, offset, length);
            }
            catch (Exception e) when (TransmissionContext.IsOfDevice(e))
            {
                FailPiece(request, offset, e);
                return;
            }

            offset += length;
        }
    }

    private void ReadPiece(in NbdRequest request, long offset, int length)
    {
        var headSize = HeadSize;
        var piece = context.Output.Reserve(headSize + length);
        if (!context.Device.TryReadCached(offset, piece[headSize..]))
        {
            PrepareToWait();
            piece = context.Output.Reserve(headSize + length);
            context.Device.Read(offset, piece[headSize..]);
        }

        WriteDataHead(piece, request, offset, length);
        context.Output.Commit(headSize + length);
    }

    // Once the head of a reply has been sent, a failure can only be reported by closing the connection, and a client that
    // reconnects and retries would loop for ever. So a reply that must be one piece but exceeds the buffer is read twice:
    // first to see that it can be read, which also brings it into the page cache, and then to send it.
    private void ReadInOneLargeReply(in NbdRequest request)
    {
        var start = (long)request.Offset;
        var end = start + (long)request.Length;
        try
        {
            PrepareToWait();
            for (var offset = start; offset < end; offset += context.Output.Capacity)
            {
                context.Stop.ThrowIfSet();
                context.Device.Read(offset, context.Output.Reserve((int)Math.Min(end - offset, context.Output.Capacity)));
            }
        }
        catch (Exception e) when (TransmissionContext.IsOfDevice(e))
        {
            FailPiece(request, start, e);
            return;
        }

        WriteDataHead(context.Output.Reserve(HeadSize), request, start, (int)request.Length);
        context.Output.Commit(HeadSize);
        for (var offset = start; offset < end; offset += context.Output.Capacity)
        {
            context.Stop.ThrowIfSet();
            AppendData(offset, (int)Math.Min(end - offset, context.Output.Capacity));
        }
    }

    private void AppendData(long offset, int length)
    {
        var data = context.Output.Reserve(length);
        try
        {
            context.Device.Read(offset, data);
        }
        catch (Exception e) when (TransmissionContext.IsOfDevice(e))
        {
            // The range could be read a moment ago; now only closing the connection can report the failure.
            throw new OperationCanceledException($"the device failed in the middle of a reply: {e.Message}", e);
        }

        context.Output.Commit(length);
    }

    // Looking ahead

    private void PrepareToWait()
    {
        // Send pending replies before waiting for the disk, and look at the requests that have arrived meanwhile.
        context.Output.Flush();
        context.Input.ReceiveArrived();
        long bytes = 0;
        while (bytes < MaxBytesAhead && context.Input.TryPeekNext(context.Format, _payloadOf, out var ahead))
        {
            if (ahead.Command == NbdCommand.Read && context.Rules.Check(ahead).IsPassed)
            {
                context.Device.Prefetch((long)ahead.Offset, (long)ahead.Length);
                bytes += (long)ahead.Length;
            }
        }
    }
}
