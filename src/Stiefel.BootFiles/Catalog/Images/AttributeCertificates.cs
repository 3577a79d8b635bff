using System.Buffers.Binary;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>The signatures appended to a PE file (Microsoft PE Format, "The Attribute Certificate Table"). They are read, not verified.</summary>
public static class AttributeCertificates
{
    private const int MaxTableBytes = 256 * 1024;
    private const int SecurityEntry = 4;
    private const int EntryLength = 8;
    private const int HeaderLength = 8;

    // Where the data directories begin in the optional header of PE32 and of PE32+.
    private const int Directories = 96;
    private const int DirectoriesPlus = 112;
    private const ushort MagicPlus = 0x20b;

    /// <summary>Each as it stands there, mostly a PKCS #7 message; none if the file is not signed, damaged, or no PE file.</summary>
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

        // This directory alone counts from the start of the file.
        long at = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
        return length <= MaxTableBytes ? Split(file.Read(at, new byte[length])) : [];
    }

    // One behind the other, each at a multiple of eight; the length of one counts its header.
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
