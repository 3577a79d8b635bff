using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.Mounts;

/// <summary>Tells whether this system's root comes over the network by NBD, even with LUKS, LVM or RAID in between.</summary>
public static class RemoteRoot
{
    // Deeper than any real stack of md and dm.
    private const int MaxDepth = 16;

    /// <summary>The network block device on which / lies, such as `/dev/nbd0`; null for a local root.</summary>
    public static string? Find() => Find(MountTable.Read(), new BlockSysfs(), DeviceNumber.OfBlockDevice);

    internal static string? Find(IReadOnlyList<MountEntry> mounts, BlockSysfs sysfs, Func<string, DeviceNumber?> numberOf)
    {
        // The newest mount on / is the visible one.
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
