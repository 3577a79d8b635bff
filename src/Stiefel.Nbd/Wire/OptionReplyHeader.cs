using System.Buffers.Binary;

namespace Stiefel.Nbd.Wire;

/// <summary>The head of an answer to an option (proto.md#fixed-newstyle-negotiation).</summary>
internal readonly record struct OptionReplyHeader(NbdOption Option, OptionReplyType Type, uint DataLength)
{
    // S: 64 bits, 0x3e889045565a9
    // S: 32 bits, the option this answers
    // S: 32 bits, reply type
    // S: 32 bits, length of the reply
    public const int Size = 20;

    /// <summary>True if the type's top bit, which marks errors, is set.</summary>
    public bool IsError => (uint)Type >= 0x80000000;

    /// <summary>Reads a reply's header; false if the magic number is wrong, which means that the stream is out of sync for good.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out OptionReplyHeader header)
    {
        header = new OptionReplyHeader(
            (NbdOption)BinaryPrimitives.ReadUInt32BigEndian(source[8..]),
            (OptionReplyType)BinaryPrimitives.ReadUInt32BigEndian(source[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[16..]));
        return BinaryPrimitives.ReadUInt64BigEndian(source) == NbdMagic.OptionReply;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, NbdMagic.OptionReply);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)Option);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], (uint)Type);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], DataLength);
    }
}
