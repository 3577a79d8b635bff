using System.Buffers.Binary;

namespace Stiefel.Nbd.Wire;

/// <summary>A simple reply (proto.md#simple-reply-message); the data of a successful READ follows it.</summary>
internal readonly record struct SimpleReply(NbdError Error, ulong Cookie)
{
    // S: 32 bits, 0x67446698
    // S: 32 bits, error
    // S: 64 bits, cookie
    public const int Size = 16;

    public static bool TryRead(ReadOnlySpan<byte> source, out SimpleReply reply)
    {
        reply = new SimpleReply(
            (NbdError)BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
            BinaryPrimitives.ReadUInt64BigEndian(source[8..]));
        return BinaryPrimitives.ReadUInt32BigEndian(source) == NbdMagic.SimpleReply;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, NbdMagic.SimpleReply);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], (uint)Error);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Cookie);
    }
}
