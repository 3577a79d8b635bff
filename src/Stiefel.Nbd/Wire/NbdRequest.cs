using System.Buffers.Binary;

namespace Stiefel.Nbd.Wire;

/// <summary>The head of a request (proto.md#request-message, proto.md#extended-request-message).</summary>
internal readonly record struct NbdRequest(NbdCommandFlags Flags, NbdCommand Command, ulong Cookie, ulong Offset, ulong Length)
{
    // C: 32 bits, 0x25609513, or 0x21e41c71 if extended
    // C: 16 bits, command flags
    // C: 16 bits, type
    // C: 64 bits, cookie
    // C: 64 bits, offset
    // C: 32 bits, length, or 64 bits if extended
    public const int CompactSize = 28;
    public const int ExtendedSize = 32;

    public static int SizeIn(ReplyFormat format) => format == ReplyFormat.Extended ? ExtendedSize : CompactSize;

    /// <summary>Reads a request's header; false if the magic number is wrong, which means that the stream is out of sync for good.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, ReplyFormat format, out NbdRequest request)
    {
        var isExtended = format == ReplyFormat.Extended;
        request = new NbdRequest(
            (NbdCommandFlags)BinaryPrimitives.ReadUInt16BigEndian(source[4..]),
            (NbdCommand)BinaryPrimitives.ReadUInt16BigEndian(source[6..]),
            BinaryPrimitives.ReadUInt64BigEndian(source[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(source[16..]),
            isExtended ? BinaryPrimitives.ReadUInt64BigEndian(source[24..]) : BinaryPrimitives.ReadUInt32BigEndian(source[24..]));
        return BinaryPrimitives.ReadUInt32BigEndian(source) == (isExtended ? NbdMagic.ExtendedRequest : NbdMagic.Request);
    }

    public void Write(Span<byte> destination, ReplyFormat format)
    {
        var isExtended = format == ReplyFormat.Extended;
        BinaryPrimitives.WriteUInt32BigEndian(destination, isExtended ? NbdMagic.ExtendedRequest : NbdMagic.Request);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], (ushort)Flags);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], (ushort)Command);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Cookie);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], Offset);
        if (isExtended)
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination[24..], Length);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[24..], (uint)Length);
        }
    }
}
