using System.Buffers.Binary;
using System.Security.Cryptography;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Stick;

/// <summary>Builds sector 0: boot code for BIOS, a disk signature, and one active FAT32 partition, which UEFI accepts as well.</summary>
internal static class MasterBootRecord
{
    public const int SectorSize = 512;

    /// <summary>First sector of the partition, at 1 MiB as partitioning programs do.</summary>
    public const int PartitionStart = 2048;

    private const int CodeSize = 440;
    private const int SignatureOffset = 440;
    private const int TableOffset = 446;
    private const byte Active = 0x80;
    private const byte Fat32Lba = 0x0C;

    /// <param name="bootCode">syslinux's mbr.bin, which starts the active partition.</param>
    /// <param name="sectors">The partition's length in sectors.</param>
    public static byte[] Build(ReadOnlySpan<byte> bootCode, uint sectors)
    {
        if (bootCode.Length > CodeSize)
        {
            throw new FailedException($"syslinux's boot code has {bootCode.Length} bytes, but an MBR holds only {CodeSize}: install another version of syslinux");
        }

        var sector = new byte[SectorSize];
        bootCode.CopyTo(sector);
        RandomNumberGenerator.Fill(sector.AsSpan(SignatureOffset, 4)); // random, because two sticks in one machine must differ
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

    // Assume 255 heads of 63 sectors, as every BIOS has pretended since disks outgrew cylinders.
    private static void WriteCylinderHeadSector(Span<byte> field, uint sector)
    {
        var cylinder = Math.Min(sector / (255 * 63), 1023);
        field[0] = (byte)(sector / 63 % 255);
        field[1] = (byte)((sector % 63) + 1 | ((cylinder >> 2) & 0xC0));
        field[2] = (byte)cylinder;
    }
}
