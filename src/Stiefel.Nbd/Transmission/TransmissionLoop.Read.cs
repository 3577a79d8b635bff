using System.Buffers.Binary;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

// READ. A reply is made of pieces, each a head and the data read straight into its place behind it. A piece is never larger
// than the buffer, so that memory stays bounded.
internal sealed partial class TransmissionLoop
{
    // NBD_REPLY_TYPE_OFFSET_DATA begins with the offset of its data.
    private const int DataOffsetSize = 8;

    private int HeadSize => _format == ReplyFormat.Simple ? SimpleReply.Size : ChunkHeader.SizeIn(_format) + DataOffsetSize;

    private void Read(in NbdRequest request)
    {
        if (request.Length == 0)
        {
            _reply.Acknowledge(request);
            return;
        }

        long rest = LendPieces(request);
        if (rest == (long)request.Offset && NeedsOneReply(request) && (int)request.Length > _output.Capacity)
        {
            ReadInOneLargeReply(request);
        }
        else
        {
            ReadInPieces(request, rest);
        }

        _counters.AddOut((long)request.Length);
    }

    private bool NeedsOneReply(in NbdRequest request) => _format == ReplyFormat.Simple || request.Flags.HasFlag(NbdCommandFlags.Df);

    private void ReadInPieces(in NbdRequest request, long offset)
    {
        long end = (long)(request.Offset + request.Length);
        while (offset < end)
        {
            _stop.ThrowIfSet();
            int length = (int)Math.Min(end - offset, _output.Capacity);
            try
            {
                ReadPiece(request, offset, length);
            }
            catch (Exception e) when (IsOfDevice(e))
            {
                FailPiece(request, offset, e);
                return;
            }

            offset += length;
        }
    }

    private void ReadPiece(in NbdRequest request, long offset, int length)
    {
        int headSize = HeadSize;
        Span<byte> piece = _output.Reserve(headSize + length);
        if (!_device.TryReadCached(offset, piece[headSize..]))
        {
            PrepareToWait();
            piece = _output.Reserve(headSize + length);
            _device.Read(offset, piece[headSize..]);
        }

        WriteDataHead(piece, request, offset, length);
        _output.Commit(headSize + length);
    }

    // The good pieces before it have been sent.
    private void FailPiece(in NbdRequest request, long offset, Exception failure)
    {
        ReportFailure(request, failure);
        if (NeedsOneReply(request))
        {
            _reply.Fail(request, ErrorMapping.Of(failure), failure.Message);
        }
        else
        {
            _reply.FailAt(request, ErrorMapping.Of(failure), failure.Message, offset);
        }
    }

    // After the head of a reply has left, a failure can only be told by cutting the connection, and a client that comes
    // back and asks again would never end. Hence what must be one reply, and does not fit one piece, is read twice: once to
    // see that it can be read, which also brings it into the page cache, and once to send it.
    private void ReadInOneLargeReply(in NbdRequest request)
    {
        long start = (long)request.Offset;
        long end = start + (long)request.Length;
        try
        {
            PrepareToWait();
            for (long offset = start; offset < end; offset += _output.Capacity)
            {
                _stop.ThrowIfSet();
                _device.Read(offset, _output.Reserve((int)Math.Min(end - offset, _output.Capacity)));
            }
        }
        catch (Exception e) when (IsOfDevice(e))
        {
            FailPiece(request, start, e);
            return;
        }

        WriteDataHead(_output.Reserve(HeadSize), request, start, (int)request.Length);
        _output.Commit(HeadSize);
        for (long offset = start; offset < end; offset += _output.Capacity)
        {
            _stop.ThrowIfSet();
            AppendData(offset, (int)Math.Min(end - offset, _output.Capacity));
        }
    }

    private void AppendData(long offset, int length)
    {
        Span<byte> data = _output.Reserve(length);
        try
        {
            _device.Read(offset, data);
        }
        catch (Exception e) when (IsOfDevice(e))
        {
            // It could be read a moment ago.
            throw new OperationCanceledException($"the device failed in the middle of a reply: {e.Message}", e);
        }

        _output.Commit(length);
    }

    private void WriteDataHead(Span<byte> head, in NbdRequest request, long offset, int length)
    {
        if (_format == ReplyFormat.Simple)
        {
            new SimpleReply(NbdError.None, request.Cookie).Write(head);
            return;
        }

        bool isLast = (ulong)(offset + length) == request.Offset + request.Length;
        new ChunkHeader(isLast, ChunkType.OffsetData, request.Cookie, request.Offset, (ulong)(DataOffsetSize + length)).Write(head, _format);
        BinaryPrimitives.WriteInt64BigEndian(head[ChunkHeader.SizeIn(_format)..], offset);
    }
}
