using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Mounts;

/// <summary>Everything mounted on a directory and below it, to be unmounted after the system that mounted it has ended.</summary>
/// <param name="top">The directory, absolute and free of symbolic links.</param>
public sealed class MountedTree(string top)
{
    // Types whose source is not a device node, but that may still lie on a disk.
    private static readonly string[] s_stacked = ["overlay", "btrfs", "bcachefs", "zfs", "ecryptfs", "aufs", "fuseblk"];

    /// <summary>The remaining mounts, in the order in which they can be unmounted.</summary>
    public IReadOnlyList<MountEntry> Left() => InOrder(MountTable.Under(top));

    /// <summary>Returns a test for paths that may lie on a disk, rather than in a file system in memory or of the kernel.</summary>
    public Func<string, bool> OnDisk()
    {
        var mounts = Left();
        return path => mounts.FirstOrDefault(mount => IsWithin(path, mount.Directory)) is { Directory: not null } mount && MayLieOnDisk(mount);
    }

    /// <summary>Tries once to unmount everything; true if nothing is left. Mounts in use stay.</summary>
    public bool TryUnmount()
    {
        foreach (var mount in Left())
        {
            // Mounts without a disk below are detached: it does not matter whether they are in use, and a network file system's server may no longer answer.
            var flags = MayLieOnDisk(mount) ? 0 : MNT_DETACH;
            _ = SysMount.umount2(mount.Directory, UMOUNT_NOFOLLOW | flags);
        }

        return Left().Count == 0;
    }

    /// <summary>Makes the remaining mounts on disks read-only. Throws <see cref="LinuxException"/> if a file is open for writing.</summary>
    public void MakeReadOnly()
    {
        foreach (var mount in Left().Where(MayLieOnDisk))
        {
            if (SysMount.mount(null, mount.Directory, null, (nuint)(uint)(MS_REMOUNT | MS_RDONLY), null) != 0)
            {
                throw LinuxException.FromLastError($"mount(\"{mount.Directory}\", MS_REMOUNT | MS_RDONLY)");
            }
        }
    }

    /// <summary>Orders mounts deepest first, and of several on one directory newest first. The table's order will not do: a moved mount keeps its old place in it.</summary>
    internal static IReadOnlyList<MountEntry> InOrder(IReadOnlyList<MountEntry> mounts) =>
        [.. mounts.Reverse().OrderByDescending(mount => mount.Directory.Count(letter => letter == '/'))];

    private static bool IsWithin(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] == '/');

    internal static bool MayLieOnDisk(MountEntry mount) => mount.Source.StartsWith("/dev/", StringComparison.Ordinal) || s_stacked.Contains(mount.Type);
}
