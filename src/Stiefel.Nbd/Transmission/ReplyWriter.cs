using System.Buffers.Binary;
using System.Text;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Transmission;

/// <summary>Writes replies without data, in the format that was agreed.</summary>
internal sealed class ReplyWriter(ReplyOutput output, ReplyFormat format)
{
    // The texts are our own; this bounds the part that an exception may contribute.
    private const int MaxMessage = 512;

    public ReplyFormat Format => format;

    /// <summary>The command succeeded.</summary>
    public void Acknowledge(in NbdRequest request)
    {
        // With structured replies only READ forbids the simple form, even a READ of zero bytes.
        if (format == ReplyFormat.Simple || (format == ReplyFormat.Structured && request.Command != NbdCommand.Read))
        {
            new SimpleReply(NbdError.None, request.Cookie).Write(output.Reserve(SimpleReply.Size));
            output.Commit(SimpleReply.Size);
            return;
        }

        BeginChunk(request, ChunkType.None, 0, isLast: true);
    }

    /// <summary>The command failed; the message reaches the user if the format can carry it.</summary>
    public void Fail(in NbdRequest request, NbdError error, string message)
    {
        if (format == ReplyFormat.Simple)
        {
            new SimpleReply(error, request.Cookie).Write(output.Reserve(SimpleReply.Size));
            output.Commit(SimpleReply.Size);
            return;
        }

        WriteError(BeginChunk(request, ChunkType.Error, 6 + MessageLength(message), isLast: true), error, message);
    }

    /// <summary>A READ failed at the offset; the data sent before it is valid.</summary>
    public void FailAt(in NbdRequest request, NbdError error, string message, long offset)
    {
        var length = 6 + MessageLength(message);
        var payload = BeginChunk(request, ChunkType.ErrorOffset, length + 8, isLast: true);
        WriteError(payload, error, message);
        BinaryPrimitives.WriteInt64BigEndian(payload[length..], offset);
    }

    /// <summary>Writes the head of a chunk and commits it with its payload, which the caller must fill before the next call.</summary>
    public Span<byte> BeginChunk(in NbdRequest request, ChunkType type, int payloadLength, bool isLast)
    {
        var headSize = ChunkHeader.SizeIn(format);
        var chunk = output.Reserve(headSize + payloadLength);
        new ChunkHeader(isLast, type, request.Cookie, request.Offset, (ulong)payloadLength).Write(chunk, format);
        output.Commit(headSize + payloadLength);
        return chunk[headSize..];
    }

    private static int MessageLength(string message) => Math.Min(Encoding.UTF8.GetByteCount(message), MaxMessage);

    // 32 bits error, 16 bits message length, message
    private static void WriteError(Span<byte> payload, NbdError error, string message)
    {
        var length = MessageLength(message);
        BinaryPrimitives.WriteUInt32BigEndian(payload, (uint)error);
        BinaryPrimitives.WriteUInt16BigEndian(payload[4..], (ushort)length);
        Encoding.UTF8.GetBytes(message).AsSpan(0, length).CopyTo(payload[6..]);
    }
}
