using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Stiefel.BootFiles.Disk.Windows;

/// <summary>Reads a directory's list: a header that says where the entries are, then the entries, each with its file's number and name.</summary>
internal static class NtfsIndex
{
    /// <summary>Bytes before the header, where the list is in the directory's own record.</summary>
    public const int RootHeader = 16;

    private const int BlockHeader = 24;
    private const int HeadLength = 16;
    private const int EntryHeader = 16;
    private const int NameLength = 64;
    private const int NameStart = 66;
    private const ushort Last = 2;

    /// <summary>The number of a file in a block outside of the directory's record; null if the file is not listed, or the block is not in use.</summary>
    /// <param name="block">The block's content, which is modified.</param>
    /// <param name="name">The file's name, in any case.</param>
    /// <exception cref="InvalidDataException">The block is damaged.</exception>
    public static ulong? FindInBlock(byte[] block, string name)
    {
        // The directory's bitmap tells which blocks are in use. Without it: a block that was never in use has no signature.
        if (!block.AsSpan().StartsWith("INDX"u8))
        {
            return null;
        }

        NtfsRecord.Repair(block, "INDX"u8);
        return Find(block.AsSpan(BlockHeader), name);
    }

    /// <summary>The number of a file in a list that begins with its header; null if the file is not listed.</summary>
    public static ulong? Find(ReadOnlySpan<byte> list, string name)
    {
        if (list.Length < HeadLength)
        {
            throw NtfsVolume.Damaged();
        }

        var first = BinaryPrimitives.ReadUInt32LittleEndian(list);
        var end = BinaryPrimitives.ReadUInt32LittleEndian(list[4..]);
        if (first > end || end > list.Length)
        {
            throw NtfsVolume.Damaged();
        }

        for (var entries = list[(int)first..(int)end]; entries.Length >= EntryHeader;)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(entries[8..]), content = BinaryPrimitives.ReadUInt16LittleEndian(entries[10..]);
            if ((BinaryPrimitives.ReadUInt16LittleEndian(entries[12..]) & Last) != 0)
            {
                break;
            }

            if (length < EntryHeader || length > entries.Length || content > length - EntryHeader)
            {
                throw NtfsVolume.Damaged();
            }

            if (IsOf(entries.Slice(EntryHeader, content), name))
            {
                return BinaryPrimitives.ReadUInt64LittleEndian(entries);
            }

            entries = entries[length..];
        }

        return null;
    }

    // Names are in UTF-16; the wanted name is ASCII.
    private static bool IsOf(ReadOnlySpan<byte> content, string name) =>
        content.Length >= NameStart && content[NameLength] == name.Length && content.Length >= NameStart + (2 * name.Length)
        && MemoryMarshal.Cast<byte, char>(content.Slice(NameStart, 2 * name.Length)).Equals(name, StringComparison.OrdinalIgnoreCase);
}
