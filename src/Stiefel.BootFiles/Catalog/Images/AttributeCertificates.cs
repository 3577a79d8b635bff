using System.Buffers.Binary;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>Reads the signatures appended to a PE file, without verifying them (Microsoft PE Format, "The Attribute Certificate Table").</summary>
public static class AttributeCertificates
{
    private const int MaxTableBytes = 256 * 1024;
    private const int SecurityEntry = 4;
    private const int EntryLength = 8;
    private const int HeaderLength = 8;

    // Offset of the data directories in the optional header, for PE32 and PE32+.
    private const int Directories = 96;
    private const int DirectoriesPlus = 112;
    private const ushort MagicPlus = 0x20b;

    /// <summary>Each certificate's bytes, usually a PKCS #7 message; none if the file is unsigned, damaged, or not a PE file.</summary>
    public static IReadOnlyList<byte[]> Read(TreeFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        try
        {
            return PortableExecutable.TryRead(file) is { } image ? ReadTable(file, image.OptionalHeader) : [];
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    private static List<byte[]> ReadTable(TreeFile file, long optionalHeader)
    {
        var magic = file.Read(optionalHeader, stackalloc byte[2]);
        var directories = magic.Length == 2 && BinaryPrimitives.ReadUInt16LittleEndian(magic) == MagicPlus ? DirectoriesPlus : Directories;
        var entry = file.Read(optionalHeader + directories + (SecurityEntry * EntryLength), stackalloc byte[EntryLength]);
        if (entry.Length < EntryLength)
        {
            return [];
        }

        // Unlike all other data directories, this one holds a file offset.
        long at = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
        return length <= MaxTableBytes ? Split(file.Read(at, new byte[length])) : [];
    }

    // Certificates follow each other at multiples of eight bytes; the length of one includes its header.
    private static List<byte[]> Split(ReadOnlySpan<byte> table)
    {
        var certificates = new List<byte[]>();
        while (table.Length > HeaderLength)
        {
            long length = BinaryPrimitives.ReadUInt32LittleEndian(table);
            if (length <= HeaderLength || length > table.Length)
            {
                break;
            }

            certificates.Add(table[HeaderLength..(int)length].ToArray());
            table = table[(int)Math.Min((length + 7) & ~7L, table.Length)..];
        }

        return certificates;
    }
}
