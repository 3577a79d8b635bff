using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Disk.Volumes.Lvm;

/// <summary>A device of a volume group: its own identifier, and its copy of the group's metadata (lib/format_text/layout.h of LVM2).</summary>
/// <param name="Device">The device's node.</param>
/// <param name="Id">32 characters, without hyphens.</param>
/// <param name="Metadata">The group's metadata; null if this device keeps no copy.</param>
internal sealed record PhysicalVolume(string Device, string Id, LvmSection? Metadata)
{
    private const int Sector = 512;
    private const int LabelSectors = 4;
    private const int IdLength = 32;
    private const uint InitialCrc = 0xf597a6cf;

    // A label's fields after "LABELONE": its sector's number u64, CRC u32 of all bytes from the next field on, offset of the content u32, "LVM2 001".
    private const int LabelCrc = 16;
    private const int LabelContentOffset = 20;
    private const int LabelType = 24;

    // The header of a metadata area: CRC u32 of all bytes from the magic on, magic, version u32, start u64, size u64, then the places of the texts.
    private const int AreaMagic = 4;
    private const int AreaVersion = 20;
    private const int AreaStart = 24;
    private const int AreaSize = 32;
    private const int AreaText = 40;

    private const int MaxAreas = 16;

    // By default, LVM's metadata areas have 1 MiB.
    private const long MaxTextBytes = 4 << 20;

    private static ReadOnlySpan<byte> AreaMagicBytes => " LVM2 x[5A%r0N*>"u8;

    /// <summary>Reads a device; null if it is not a physical volume.</summary>
    /// <exception cref="IOException">The device cannot be read.</exception>
    /// <exception cref="FormatException">The physical volume is damaged.</exception>
    public static PhysicalVolume? Read(string device)
    {
        using var handle = ReadOnlyFile.Open(device);
        return Read(device, handle);
    }

    private static PhysicalVolume? Read(string device, SafeFileHandle handle)
    {
        var start = new byte[LabelSectors * Sector];
        if (RandomAccess.Read(handle, start, 0) != start.Length || FindLabel(start) is not { } label)
        {
            return null;
        }

        var content = BinaryPrimitives.ReadUInt32LittleEndian(label.AsSpan(LabelContentOffset));
        if (content is < 32 or > Sector - IdLength - 8)
        {
            throw new FormatException($"{device}: its LVM label is damaged");
        }

        var id = Encoding.ASCII.GetString(label, (int)content, IdLength);
        foreach (var area in MetadataAreas(label.AsSpan((int)content + IdLength + 8)))
        {
            if (ReadArea(device, handle, area) is { } metadata)
            {
                return new PhysicalVolume(device, id, metadata);
            }
        }

        return new PhysicalVolume(device, id, null);
    }

    private static byte[]? FindLabel(byte[] start)
    {
        for (var at = 0; at < start.Length; at += Sector)
        {
            ReadOnlySpan<byte> sector = start.AsSpan(at, Sector);
            if (sector.StartsWith("LABELONE"u8)
                && sector[LabelType..].StartsWith("LVM2 001"u8)
                && BinaryPrimitives.ReadUInt32LittleEndian(sector[LabelCrc..]) == Crc(sector[LabelContentOffset..]))
            {
                return sector.ToArray();
            }
        }

        return null;
    }

    /// <summary>The offsets of the metadata areas. There are two lists of (offset u64, size u64), each ended by zeros: data areas, then metadata areas.</summary>
    private static List<long> MetadataAreas(ReadOnlySpan<byte> lists)
    {
        var areas = new List<long>();
        var ends = 0;
        for (var at = 0; at + 16 <= lists.Length && ends < 2 && areas.Count < MaxAreas; at += 16)
        {
            var offset = BinaryPrimitives.ReadInt64LittleEndian(lists[at..]);
            if (offset == 0)
            {
                ends++;
            }
            else if (ends == 1)
            {
                areas.Add(offset);
            }
        }

        return areas;
    }

    private static LvmSection? ReadArea(string device, SafeFileHandle handle, long area)
    {
        var header = new byte[Sector];
        if (area < 0 || RandomAccess.Read(handle, header, area) != Sector
            || !header.AsSpan(AreaMagic).StartsWith(AreaMagicBytes)
            || BinaryPrimitives.ReadUInt32LittleEndian(header) != Crc(header.AsSpan(AreaMagic))
            || BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(AreaVersion)) != 1)
        {
            throw new FormatException($"{device}: its LVM metadata area is damaged");
        }

        var start = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(AreaStart));
        var size = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(AreaSize));
        var offset = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(AreaText));
        var length = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(AreaText + 8));
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(AreaText + 16));
        if (offset == 0)
        {
            return null; // this copy is disabled
        }

        if (start != area || size is <= Sector or > long.MaxValue / 4 || offset < Sector || offset >= size || length is <= 0 or > MaxTextBytes || length > size - Sector)
        {
            throw new FormatException($"{device}: its LVM metadata has an impossible place or length");
        }

        var text = ReadAround(device, handle, start, size, offset, (int)length);
        return Crc(text) == crc
            ? LvmText.Parse(Encoding.UTF8.GetString(text))
            : throw new FormatException($"{device}: its LVM metadata does not match its checksum");
    }

    /// <summary>Reads text from the area, which is a ring buffer after its header.</summary>
    private static byte[] ReadAround(string device, SafeFileHandle handle, long start, long size, long offset, int length)
    {
        var text = new byte[length];
        var first = (int)Math.Min(length, size - offset);
        return RandomAccess.Read(handle, text.AsSpan(0, first), start + offset) == first
            && RandomAccess.Read(handle, text.AsSpan(first), start + Sector) == length - first
            ? text
            : throw new EndOfStreamException($"{device}: the device ends within its LVM metadata");
    }

    // LVM's CRC has the usual polynomial (CRC-32), but another initial value, and no final inversion.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = InitialCrc;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
            }
        }

        return crc;
    }
}
