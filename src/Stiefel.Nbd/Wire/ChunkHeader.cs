using System.Buffers.Binary;

namespace Stiefel.Nbd.Wire;

/// <summary>The header of a reply chunk (proto.md#structured-reply-chunk-message, proto.md#extended-reply-chunk-message).</summary>
internal readonly record struct ChunkHeader(bool IsLast, ChunkType Type, ulong Cookie, ulong Offset, ulong PayloadLength)
{
    // S: 32 bits, 0x668e33ef, or 0x6e8a278c if extended
    // S: 16 bits, flags: bit 0 NBD_REPLY_FLAG_DONE
    // S: 16 bits, type
    // S: 64 bits, cookie
    // S: 64 bits, offset of the request, only if extended
    // S: 32 bits, length of payload, or 64 bits if extended
    public const int StructuredSize = 20;
    public const int ExtendedSize = 32;

    public static int SizeIn(ReplyFormat format) => format == ReplyFormat.Extended ? ExtendedSize : StructuredSize;

    public static bool TryRead(ReadOnlySpan<byte> source, ReplyFormat format, out ChunkHeader header)
    {
        var isExtended = format == ReplyFormat.Extended;
        header = new ChunkHeader(
            (BinaryPrimitives.ReadUInt16BigEndian(source[4..]) & 1) != 0,
            (ChunkType)BinaryPrimitives.ReadUInt16BigEndian(source[6..]),
            BinaryPrimitives.ReadUInt64BigEndian(source[8..]),
            isExtended ? BinaryPrimitives.ReadUInt64BigEndian(source[16..]) : 0,
            isExtended ? BinaryPrimitives.ReadUInt64BigEndian(source[24..]) : BinaryPrimitives.ReadUInt32BigEndian(source[16..]));
        return BinaryPrimitives.ReadUInt32BigEndian(source) == (isExtended ? NbdMagic.ExtendedReply : NbdMagic.StructuredReply);
    }

    public void Write(Span<byte> destination, ReplyFormat format)
    {
        var isExtended = format == ReplyFormat.Extended;
        BinaryPrimitives.WriteUInt32BigEndian(destination, isExtended ? NbdMagic.ExtendedReply : NbdMagic.StructuredReply);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], (ushort)(IsLast ? 1 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], (ushort)Type);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Cookie);
        if (isExtended)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination[16..], Offset);
            BinaryPrimitives.WriteUInt64BigEndian(destination[24..], PayloadLength);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[16..], (uint)PayloadLength);
        }
    }
}
