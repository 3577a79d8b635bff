using System.Buffers.Binary;
using Stiefel.Linux.Files;

namespace Stiefel.Cli.Laptop;

/// <summary>The signers of a kernel image (Microsoft PE Format, "The Attribute Certificate Table").</summary>
internal static class KernelSignature
{
    private const int PointerOffset = 0x3c;
    private const int FileHeaderLength = 24;
    private const int SecurityEntry = 4;
    private const int EntryLength = 8;
    private const int MostBytes = 256 * 1024;
    private const int CertificateHeaderLength = 8;

    /// <summary>The issuers of the certificates that it is signed with; none if it is not signed, or is no PE file.</summary>
    public static IReadOnlyList<string> IssuersIn(ConfinedFile file)
    {
        var dos = file.Read(0, stackalloc byte[PointerOffset + 4]);
        if (dos.Length < PointerOffset + 4 || !dos.StartsWith("MZ"u8))
        {
            return [];
        }

        long optional = BinaryPrimitives.ReadUInt32LittleEndian(dos[PointerOffset..]) + FileHeaderLength;
        var magic = file.Read(optional, stackalloc byte[2]);
        var directories = magic is [0x0b, 0x02] ? 112 : 96;
        var entry = file.Read(optional + directories + (SecurityEntry * EntryLength), stackalloc byte[EntryLength]);
        if (magic.Length < 2 || entry.Length < EntryLength)
        {
            return [];
        }

        long at = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        var end = at + BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
        return end - at is > 0 and <= MostBytes ? Issuers(file, at, end) : [];
    }

    // One behind the other, each at a multiple of eight.
    private static List<string> Issuers(ConfinedFile file, long at, long end)
    {
        var names = new List<string>();
        Span<byte> header = stackalloc byte[CertificateHeaderLength];
        while (at + CertificateHeaderLength < end && file.Read(at, header).Length == header.Length)
        {
            long length = BinaryPrimitives.ReadUInt32LittleEndian(header);
            if (length <= CertificateHeaderLength || at + length > end)
            {
                break;
            }

            var content = new byte[length - CertificateHeaderLength];
            var read = file.Read(at + CertificateHeaderLength, content).Length;
            names.AddRange(CertificateNames.IssuersOf(content.AsMemory(0, read)));
            at += (length + 7) & ~7L;
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }
}
