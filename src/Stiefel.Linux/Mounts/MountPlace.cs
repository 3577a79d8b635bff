using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Files;

namespace Stiefel.Linux.Mounts;

/// <summary>Finds the mount that a file lies on.</summary>
public static class MountPlace
{
    /// <summary>The mount visible at a path, and whether it is a disk's partition directly, with no LVM, RAID or LUKS in between.</summary>
    /// <returns>The mount; null if nothing is mounted there.</returns>
    public static (MountEntry Mount, bool IsPartition)? Of(string path) => Of(path, MountTable.Read(), new BlockSysfs(), DeviceNumber.OfBlockDevice);

    internal static (MountEntry Mount, bool IsPartition)? Of(string path, IReadOnlyList<MountEntry> mounts, BlockSysfs sysfs, Func<string, DeviceNumber?> numberOf)
    {
        // Take the newest mount of the longest path: a mount hides earlier ones on the same directory.
        var seen = mounts.Where(mount => path == mount.Directory || path.StartsWith(mount.Directory.TrimEnd('/') + "/", StringComparison.Ordinal))
            .Reverse().Cast<MountEntry?>().MaxBy(mount => mount!.Value.Directory.Length);
        return seen is not { } mount
            ? null
            : (mount, numberOf(mount.Source) is { } number && sysfs.NameOf(number) is { } name && sysfs.DiskOf(name) is not null && sysfs.SlavesOf(name).Count == 0);
    }
}
