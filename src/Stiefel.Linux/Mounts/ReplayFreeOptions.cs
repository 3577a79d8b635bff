namespace Stiefel.Linux.Mounts;

/// <summary>The mount options that keep each file system from replaying its journal: replay would write to a disk that is about to be served.</summary>
internal static class ReplayFreeOptions
{
    /// <summary>The kernel's name of the file system type, and the data strings for man 2 mount, to be tried in order.</summary>
    /// <param name="type">The type, by blkid's name.</param>
    /// <param name="subvolume">btrfs: `subvol=…` or `subvolid=…`, or null for the default subvolume.</param>
    /// <exception cref="NotSupportedException">The type cannot be mounted without writing.</exception>
    public static (string Type, IReadOnlyList<string> Data) For(string type, string? subvolume) => type switch
    {
        // The ext4 driver mounts all three; noload skips the journal (Documentation/admin-guide/ext4.rst).
        "ext2" or "ext3" or "ext4" => ("ext4", ["noload"]),

        // norecovery requires ro (man 5 xfs). nouuid, because the same file system may be visible twice, as a snapshot or by multipath.
        "xfs" => ("xfs", ["norecovery,nouuid"]),

        // The option is rescue=nologreplay since 5.9; older kernels know only the old name.
        "btrfs" => ("btrfs", [With("rescue=nologreplay", subvolume), With("nologreplay", subvolume)]),

        // FAT has no journal, and a read-only mount does not set its dirty flag.
        "vfat" => ("vfat", [""]),
        _ => throw new NotSupportedException($"the file system type `{type}` cannot be mounted without writing to it"),
    };

    /// <summary>True for the types that <see cref="For"/> supports.</summary>
    public static bool Knows(string type) => type is "ext2" or "ext3" or "ext4" or "xfs" or "btrfs" or "vfat";

    private static string With(string option, string? subvolume)
    {
        // A comma would add mount options of the disk's choice.
        return subvolume is null ? option
            : subvolume.AsSpan().ContainsAny(',', '\\') ? throw new NotSupportedException($"the subvolume name `{subvolume}` contains a comma or a backslash, which mount options cannot hold")
            : $"{option},{subvolume}";
    }
}
