using System.Buffers.Binary;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>The section table of a PE/COFF file and its place in the file (Microsoft PE Format, "COFF File Header" to "Section Table").</summary>
/// <param name="FileHeader">Offset of the PE signature, which the COFF header follows.</param>
/// <param name="OptionalHeaderLength">Bytes.</param>
/// <param name="Sections">In the table's order.</param>
internal sealed record PortableExecutable(long FileHeader, int OptionalHeaderLength, IReadOnlyList<SectionHeader> Sections)
{
    // Includes the signature.
    private const int FileHeaderLength = 24;
    private const int PointerOffset = 0x3c;

    // The format allows 65,535; the Windows loader and this reader stop at 96.
    private const int MaxSections = 96;

    /// <summary>Fills the buffer from an offset on, as far as the file reaches; returns the filled part.</summary>
    public delegate Span<byte> ReadAt(long offset, Span<byte> buffer);

    /// <summary>Offset of the optional header.</summary>
    public long OptionalHeader => FileHeader + FileHeaderLength;

    /// <summary>Offset of the section table.</summary>
    public long SectionTable => OptionalHeader + OptionalHeaderLength;

    /// <summary>Reads the headers; null if the file is not a PE file.</summary>
    /// <exception cref="InvalidDataException">The PE file is truncated or inconsistent.</exception>
    public static PortableExecutable? TryRead(TreeFile file) => TryRead(file.Read, file.Path);

    /// <inheritdoc cref="TryRead(TreeFile)"/>
    /// <param name="content">The whole file.</param>
    /// <param name="name">The file's name for messages.</param>
    public static PortableExecutable? TryRead(byte[] content, string name) => TryRead(
        (offset, buffer) =>
        {
            ReadOnlySpan<byte> rest = content.AsSpan((int)Math.Min(offset, content.Length));
            var part = buffer[..Math.Min(rest.Length, buffer.Length)];
            rest[..part.Length].CopyTo(part);
            return part;
        },
        name);

    private static PortableExecutable? TryRead(ReadAt read, string name)
    {
        var dos = read(0, stackalloc byte[PointerOffset + 4]);
        if (dos.Length < PointerOffset + 4 || !dos.StartsWith("MZ"u8))
        {
            return null;
        }

        long start = BinaryPrimitives.ReadUInt32LittleEndian(dos[PointerOffset..]);
        var header = read(start, stackalloc byte[FileHeaderLength]);
        if (header.Length < FileHeaderLength || !header.StartsWith("PE\0\0"u8))
        {
            return null;
        }

        int count = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
        int optionalLength = BinaryPrimitives.ReadUInt16LittleEndian(header[20..]);
        if (count > MaxSections)
        {
            throw new InvalidDataException($"{name}: has {count} sections, more than {MaxSections}");
        }

        var table = new byte[count * SectionHeader.Size];
        return read(start + FileHeaderLength + optionalLength, table).Length == table.Length
            ? new PortableExecutable(start, optionalLength, [.. Enumerable.Range(0, count).Select(at => SectionHeader.Read(table.AsSpan(at * SectionHeader.Size)))])
            : throw new InvalidDataException($"{name}: ends inside its section table");
    }
}
