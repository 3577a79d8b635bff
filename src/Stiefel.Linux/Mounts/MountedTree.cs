using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Mounts;

/// <summary>All that is mounted on a directory and below it, to be taken away when the system that mounted it is gone.</summary>
/// <param name="top">Absolute and free of symbolic links.</param>
public sealed class MountedTree(string top)
{
    // File systems without a device that may lie upon one.
    private static readonly string[] s_stacked = ["overlay", "btrfs", "bcachefs", "zfs", "ecryptfs", "aufs", "fuseblk"];

    /// <summary>What is left, in the order in which it can be taken away.</summary>
    public IReadOnlyList<MountEntry> Left() => InOrder(MountTable.Under(top));

    /// <summary>Paths below it that may lie on a disk, and not in a file system in memory or one of the kernel's.</summary>
    public Func<string, bool> OnDisk()
    {
        var mounts = Left();
        return path => mounts.FirstOrDefault(mount => IsWithin(path, mount.Directory)) is { Directory: not null } mount && MayLieOnDisk(mount);
    }

    /// <summary>Takes away what can be, once; true if nothing is left. What is in use stays.</summary>
    public bool TryUnmount()
    {
        foreach (var mount in Left())
        {
            // No disk is below those, so that it does not matter who still uses them; and the server of one may not answer any more.
            var flags = MayLieOnDisk(mount) ? 0 : MNT_DETACH;
            _ = SysMount.umount2(mount.Directory, UMOUNT_NOFOLLOW | flags);
        }

        return Left().Count == 0;
    }

    /// <summary>What cannot be taken away is written to no more. Throws <see cref="LinuxException"/>: a file is open for writing.</summary>
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

    /// <summary>Deepest first, and of several on one directory the newest. The table's own order is not that: a mount keeps its place in it when it is moved.</summary>
    internal static IReadOnlyList<MountEntry> InOrder(IReadOnlyList<MountEntry> mounts) =>
        [.. mounts.Reverse().OrderByDescending(mount => mount.Directory.Count(letter => letter == '/'))];

    private static bool IsWithin(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || path[directory.Length] == '/');

    internal static bool MayLieOnDisk(MountEntry mount) => mount.Source.StartsWith("/dev/", StringComparison.Ordinal) || s_stacked.Contains(mount.Type);
}
