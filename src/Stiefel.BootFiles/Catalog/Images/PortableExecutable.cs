using System.Buffers.Binary;
using System.Text;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>A section of an EFI program: a name and a part of the file that is certainly inside it.</summary>
internal readonly record struct ExecutableSection(string Name, long Offset, long Length);

/// <summary>The section table of a PE/COFF file (Microsoft PE Format specification), and nothing else of it.</summary>
internal static class PortableExecutable
{
    private const int PointerOffset = 0x3c;
    private const int FileHeaderLength = 24;
    private const int SectionHeaderLength = 40;

    // The format allows 65,535; the Windows loader and this reader stop at 96.
    private const int MaxSections = 96;

    /// <summary>The sections in the order of the table, or null if it is no PE file.</summary>
    /// <exception cref="InvalidDataException">It is one, but truncated or inconsistent.</exception>
    public static IReadOnlyList<ExecutableSection>? TryReadSections(TreeFile file)
    {
        Span<byte> dos = file.Read(0, stackalloc byte[PointerOffset + 4]);
        if (dos.Length < PointerOffset + 4 || !dos.StartsWith("MZ"u8))
        {
            return null;
        }

        long start = BinaryPrimitives.ReadUInt32LittleEndian(dos[PointerOffset..]);
        Span<byte> header = file.Read(start, stackalloc byte[FileHeaderLength]);
        if (header.Length < FileHeaderLength || !header.StartsWith("PE\0\0"u8))
        {
            return null;
        }

        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        int optionalLength = BinaryPrimitives.ReadUInt16LittleEndian(header[20..]);
        if (count > MaxSections)
        {
            throw new InvalidDataException($"{file.Path}: {count} sections, more than {MaxSections}");
        }

        byte[] table = new byte[count * SectionHeaderLength];
        if (file.Read(start + FileHeaderLength + optionalLength, table).Length < table.Length)
        {
            throw new InvalidDataException($"{file.Path}: ends inside its section table");
        }

        return [.. Enumerable.Range(0, count).Select(at => ReadSection(table.AsSpan(at * SectionHeaderLength, SectionHeaderLength), file))];
    }

    // Name 8, VirtualSize 4, VirtualAddress 4, SizeOfRawData 4, PointerToRawData 4, …
    private static ExecutableSection ReadSection(ReadOnlySpan<byte> header, TreeFile file)
    {
        string name = Encoding.ASCII.GetString(header[..8].TrimEnd((byte)0));
        long virtualSize = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        long rawSize = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);

        // The raw size is rounded up to the file alignment; what is smaller is the content.
        long length = Math.Min(virtualSize, rawSize);
        return length == 0 || offset + length <= file.Length
            ? new ExecutableSection(name, offset, length)
            : throw new InvalidDataException($"{file.Path}: section {BootEntry.OneLine(name)} reaches beyond the end of the file");
    }
}
