using System.Buffers.Binary;
using System.Text;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>One entry of a PE file's section table (Microsoft PE Format, "Section Table").</summary>
/// <param name="Name">At most eight ASCII characters.</param>
/// <param name="VirtualSize">Length in memory, in bytes.</param>
/// <param name="VirtualAddress">Address in memory, relative to the image's base.</param>
/// <param name="RawSize">Length in the file, in bytes, rounded up to the file alignment.</param>
/// <param name="RawOffset">Offset in the file.</param>
internal readonly record struct SectionHeader(string Name, uint VirtualSize, uint VirtualAddress, uint RawSize, uint RawOffset)
{
    /// <summary>Length of a table entry, in bytes.</summary>
    public const int Size = 40;

    private const int NameLength = 8;
    private const uint ReadOnlyData = 0x40000040; // IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ

    /// <summary>Length of the content, in bytes: the smaller of the two sizes, since either may be rounded up.</summary>
    public long ContentLength => Math.Min(VirtualSize, RawSize);

    // Name 8, VirtualSize 4, VirtualAddress 4, SizeOfRawData 4, PointerToRawData 4, …
    public static SectionHeader Read(ReadOnlySpan<byte> entry) => new(
        Encoding.ASCII.GetString(entry[..NameLength].TrimEnd((byte)0)),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]));

    /// <summary>Writes the entry of a read-only data section.</summary>
    public void Write(Span<byte> entry)
    {
        entry[..Size].Clear();
        Encoding.ASCII.GetBytes(Name, entry[..NameLength]);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], VirtualSize);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], VirtualAddress);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[16..], RawSize);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[20..], RawOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[36..], ReadOnlyData);
    }
}
