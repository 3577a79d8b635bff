using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.Mounts;

/// <summary>Tells a system that runs on its own disk from one whose root comes over the network by NBD, whatever lies between the two.</summary>
public static class RemoteRoot
{
    // md on dm on md ...: deeper than anyone stacks.
    private const int MaxDepth = 16;

    /// <summary>The network block device that / is on, e.g. `/dev/nbd0`; null for a local root.</summary>
    public static string? Find() => Find(MountTable.Read(), new BlockSysfs(), DeviceNumber.OfBlockDevice);

    internal static string? Find(IReadOnlyList<MountEntry> mounts, BlockSysfs sysfs, Func<string, DeviceNumber?> numberOf)
    {
        // The newest mount on / is the one that is seen.
        var source = mounts.Where(mount => mount.Directory == "/").Select(mount => mount.Source).LastOrDefault();
        return source is not null && numberOf(source) is { } number && sysfs.NameOf(number) is { } name && FindBelow(name, sysfs, 0) is { } found
            ? "/dev/" + found
            : null;
    }

    private static string? FindBelow(string name, BlockSysfs sysfs, int depth)
    {
        if (depth > MaxDepth)
        {
            return null;
        }

        var disk = sysfs.DiskOf(name) ?? name;
        return disk.StartsWith("nbd", StringComparison.Ordinal)
            ? disk
            : sysfs.SlavesOf(name).Select(slave => FindBelow(slave, sysfs, depth + 1)).FirstOrDefault(found => found is not null);
    }
}
