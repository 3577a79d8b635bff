using System.Buffers.Binary;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

// READ. Up to the size of the buffer, a reply is one head and one read of the device behind it. What is larger goes out
// in pieces, so that memory stays bounded.
internal sealed partial class TransmissionLoop
{
    // NBD_REPLY_TYPE_OFFSET_DATA begins with the offset of its data.
    private const int DataOffsetSize = 8;

    private void Read(in NbdRequest request)
    {
        if (request.Length == 0)
        {
            _reply.Acknowledge(request);
            return;
        }

        bool needsOneReply = _format == ReplyFormat.Simple || request.Flags.HasFlag(NbdCommandFlags.Df);
        if (needsOneReply)
        {
            ReadInOneReply(request);
        }
        else
        {
            ReadInChunks(request);
        }

        _counters.AddOut((long)request.Length);
    }

    // After the head of a reply has left, a failure can only be told by cutting the connection, and a client that comes
    // back and asks again would never end. Hence what does not fit the buffer is read twice: once to see that it can be
    // read, which also brings it into the page cache, and once to send it.
    private void ReadInOneReply(in NbdRequest request)
    {
        int length = (int)request.Length;
        int headSize = HeadSize;
        int first = Math.Min(length, _output.Capacity);
        if (length > first && !TryReadAll(request))
        {
            return;
        }

        Span<byte> message = _output.Reserve(headSize + first);
        if (!TryReadDevice(request, (long)request.Offset, message[headSize..], out Exception? failure))
        {
            _reply.Fail(request, ErrorMapping.Of(failure!), failure!.Message);
            return;
        }

        WriteDataHead(message, request, length, (long)request.Offset, isLast: true);
        _output.Commit(headSize + first);
        for (int done = first; done < length;)
        {
            _stop.ThrowIfSet();
            int piece = Math.Min(length - done, _output.Capacity);
            Span<byte> data = _output.Reserve(piece);
            if (!TryReadDevice(request, (long)request.Offset + done, data, out failure))
            {
                // It could be read a moment ago.
                throw new OperationCanceledException($"the device failed in the middle of a reply: {failure!.Message}");
            }

            _output.Commit(piece);
            done += piece;
        }
    }

    private bool TryReadAll(in NbdRequest request)
    {
        _output.Flush();
        for (long done = 0; done < (long)request.Length; done += _output.Capacity)
        {
            int piece = (int)Math.Min((long)request.Length - done, _output.Capacity);
            if (!TryReadDevice(request, (long)request.Offset + done, _output.Reserve(piece), out Exception? failure))
            {
                _reply.Fail(request, ErrorMapping.Of(failure!), failure!.Message);
                return false;
            }
        }

        return true;
    }

    // Each chunk carries what was read, and a failure is told at its offset after the good chunks before it.
    private void ReadInChunks(in NbdRequest request)
    {
        int headSize = HeadSize;
        long offset = (long)request.Offset;
        long end = offset + (long)request.Length;
        while (offset < end)
        {
            _stop.ThrowIfSet();
            int piece = (int)Math.Min(end - offset, _output.Capacity);
            Span<byte> chunk = _output.Reserve(headSize + piece);
            if (!TryReadDevice(request, offset, chunk[headSize..], out Exception? failure))
            {
                _reply.FailAt(request, ErrorMapping.Of(failure!), failure!.Message, offset);
                return;
            }

            WriteDataHead(chunk, request, piece, offset, isLast: offset + piece == end);
            _output.Commit(headSize + piece);
            offset += piece;
        }
    }

    private int HeadSize => _format == ReplyFormat.Simple ? SimpleReply.Size : ChunkHeader.SizeIn(_format) + DataOffsetSize;

    private void WriteDataHead(Span<byte> head, in NbdRequest request, int dataLength, long offset, bool isLast)
    {
        if (_format == ReplyFormat.Simple)
        {
            new SimpleReply(NbdError.None, request.Cookie).Write(head);
            return;
        }

        new ChunkHeader(isLast, ChunkType.OffsetData, request.Cookie, request.Offset, (ulong)(DataOffsetSize + dataLength)).Write(head, _format);
        BinaryPrimitives.WriteInt64BigEndian(head[ChunkHeader.SizeIn(_format)..], offset);
    }

    private bool TryReadDevice(in NbdRequest request, long offset, Span<byte> data, out Exception? failure)
    {
        try
        {
            _device.Read(offset, data);
            failure = null;
            return true;
        }
        catch (Exception e) when (IsOfDevice(e))
        {
            ReportFailure(request, e);
            failure = e;
            return false;
        }
    }
}
