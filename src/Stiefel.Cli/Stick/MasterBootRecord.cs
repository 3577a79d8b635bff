using System.Buffers.Binary;
using System.Security.Cryptography;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Stick;

/// <summary>Sector 0: boot code for BIOS, a disk signature, and one active FAT32 partition, which UEFI takes as well.</summary>
internal static class MasterBootRecord
{
    public const int SectorSize = 512;

    /// <summary>Where the partition begins: one MiB, as partitioning programs do.</summary>
    public const int PartitionStart = 2048;

    private const int CodeSize = 440;
    private const int SignatureOffset = 440;
    private const int TableOffset = 446;
    private const byte Active = 0x80;
    private const byte Fat32Lba = 0x0C;

    /// <param name="bootCode">syslinux's mbr.bin: it starts the active partition.</param>
    /// <param name="sectors">The partition's length.</param>
    public static byte[] Build(ReadOnlySpan<byte> bootCode, uint sectors)
    {
        if (bootCode.Length > CodeSize)
        {
            throw new FailedException($"the boot code has {bootCode.Length} bytes, an MBR holds {CodeSize}");
        }

        var sector = new byte[SectorSize];
        bootCode.CopyTo(sector);
        RandomNumberGenerator.Fill(sector.AsSpan(SignatureOffset, 4)); // two sticks in one machine must differ
        var entry = sector.AsSpan(TableOffset, 16);
        entry[0] = Active;
        WriteCylinderHeadSector(entry[1..], PartitionStart);
        entry[4] = Fat32Lba;
        WriteCylinderHeadSector(entry[5..], PartitionStart + sectors - 1);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], PartitionStart);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], sectors);
        sector[510] = 0x55;
        sector[511] = 0xAA;
        return sector;
    }

    // With 255 heads of 63 sectors, as every BIOS pretends since disks outgrew cylinders.
    private static void WriteCylinderHeadSector(Span<byte> field, uint sector)
    {
        var cylinder = Math.Min(sector / (255 * 63), 1023);
        field[0] = (byte)(sector / 63 % 255);
        field[1] = (byte)((sector % 63) + 1 | ((cylinder >> 2) & 0xC0));
        field[2] = (byte)cylinder;
    }
}
