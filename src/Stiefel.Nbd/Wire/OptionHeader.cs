using System.Buffers.Binary;

namespace Stiefel.Nbd.Wire;

/// <summary>The head of an option as the client sends it (proto.md#newstyle-negotiation).</summary>
internal readonly record struct OptionHeader(NbdOption Option, uint DataLength)
{
    // C: 64 bits, IHAVEOPT
    // C: 32 bits, option
    // C: 32 bits, length of option data
    public const int Size = 16;

    /// <summary>Reads an option's header; false if the magic number is not IHAVEOPT, which means that the stream is out of sync for good.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out OptionHeader header)
    {
        header = new OptionHeader(
            (NbdOption)BinaryPrimitives.ReadUInt32BigEndian(source[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[12..]));
        return BinaryPrimitives.ReadUInt64BigEndian(source) == NbdMagic.Option;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, NbdMagic.Option);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)Option);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], DataLength);
    }
}
