using System.Globalization;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.Mounts;

/// <summary>Lists the partitions of a disk that the kernel knows (Documentation/ABI/stable/sysfs-block).</summary>
public static class DiskPartitions
{
    // sysfs counts in units of 512 bytes, whatever the disk's sector size.
    private const int SysfsSector = 512;

    /// <summary>The partitions by number; none if the disk has no partition table, or the path is not a block device.</summary>
    /// <param name="disk">A device node or a link to one.</param>
    public static IReadOnlyList<DiskPartition> List(string disk)
        => DeviceNumber.OfBlockDevice(disk) is { } number && new BlockSysfs().NameOf(number) is { } name ? List(name, "/sys") : [];

    /// <param name="name">The kernel's name of the disk.</param>
    /// <param name="sysRoot">The directory where sysfs is mounted; another one in tests.</param>
    internal static IReadOnlyList<DiskPartition> List(string name, string sysRoot)
    {
        var sysfs = new BlockSysfs(sysRoot);
        return [.. sysfs.PartitionsOf(name).Select(part => Read(sysfs, part)).OfType<DiskPartition>().OrderBy(part => part.Number)];
    }

    // Leave out a partition that vanishes while it is read: a loop device may be detached, a disk unplugged, or the partition table read again.
    private static DiskPartition? Read(BlockSysfs sysfs, string name)
        => ReadNumber(sysfs, name, "partition") is { } number && ReadNumber(sysfs, name, "start") is { } start && ReadNumber(sysfs, name, "size") is { } size
            ? new DiskPartition(name, $"/dev/{name.Replace('!', '/')}", (int)number, start * SysfsSector, size * SysfsSector)
            : null;

    private static long? ReadNumber(BlockSysfs sysfs, string name, string attribute)
        => long.TryParse(sysfs.ReadAttribute(name, attribute), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
