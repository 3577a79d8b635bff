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
        return [.. sysfs.PartitionsOf(name)
            .Select(part => new DiskPartition(
                part,
                $"/dev/{part.Replace('!', '/')}",
                (int)ReadNumber(sysRoot, part, "partition"),
                sysfs.StartOf(part),
                ReadNumber(sysRoot, part, "size") * SysfsSector))
            .OrderBy(part => part.Number)];
    }

    private static long ReadNumber(string sysRoot, string name, string file)
        => long.Parse(File.ReadAllText(Path.Combine(sysRoot, "class/block", name, file)).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
}
