using System.Buffers.Binary;

namespace Stiefel.Cli.Laptop;

/// <summary>Reads the identifier of a disk's partition table, blkid's PTUUID: UEFI 2.10 §5.3.2 for GPT, four bytes of the boot sector for MBR.</summary>
internal static class PartitionTableId
{
    private const int MbrId = 440;
    private const int MbrMark = 510;
    private const int GptId = 56;

    // A GPT's header is in the second sector, whose offset is the sector size.
    private static readonly int[] s_sectors = [512, 4096];

    /// <summary>Reads the identifier; null if the disk cannot be read or has none.</summary>
    public static string? Of(LaptopTree tree, string disk)
    {
        var bytes = tree.DeviceBytes($"dev/{disk}", s_sectors[^1] * 2) ?? [];
        foreach (var sector in s_sectors)
        {
            if (bytes.Length >= sector + GptId + 16 && bytes.AsSpan(sector).StartsWith("EFI PART"u8))
            {
                return new Guid(bytes.AsSpan(sector + GptId, 16)).ToString();
            }
        }

        return bytes.Length > MbrMark + 1 && bytes[MbrMark] == 0x55 && bytes[MbrMark + 1] == 0xaa && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(MbrId)) is not 0 and var id
            ? $"{id:x8}"
            : null;
    }
}
