namespace Stiefel.Linux.Mounts;

/// <summary>How each file system is told to leave its journal alone: replaying it would write to a disk that is about to be served.</summary>
internal static class ReplayFreeOptions
{
    /// <summary>The kernel's file system type and the data string for man 2 mount; several data strings are tried in order.</summary>
    /// <param name="type">As blkid names it.</param>
    /// <param name="subvolume">btrfs: `subvol=…` or `subvolid=…`, or null for the default subvolume.</param>
    /// <exception cref="NotSupportedException">A type that is not mounted here.</exception>
    public static (string Type, IReadOnlyList<string> Data) For(string type, string? subvolume) => type switch
    {
        // The ext4 driver mounts all three; Documentation/admin-guide/ext4.rst: noload.
        "ext2" or "ext3" or "ext4" => ("ext4", ["noload"]),

        // man 5 xfs: norecovery needs ro. nouuid: the same disk may be visible twice, as a snapshot or by multipath.
        "xfs" => ("xfs", ["norecovery,nouuid"]),

        // Since 5.9 the option is called rescue=nologreplay; older kernels know the old name only.
        "btrfs" => ("btrfs", [With("rescue=nologreplay", subvolume), With("nologreplay", subvolume)]),

        // FAT has no journal, and a read-only mount does not set its dirty mark.
        "vfat" => ("vfat", [""]),
        _ => throw new NotSupportedException($"no way to mount the file system type `{type}` without writing to it is known"),
    };

    /// <summary>True for the types <see cref="For"/> knows.</summary>
    public static bool Knows(string type) => type is "ext2" or "ext3" or "ext4" or "xfs" or "btrfs" or "vfat";

    private static string With(string option, string? subvolume)
    {
        // A comma would smuggle in options of the disk's choice.
        return subvolume is null ? option
            : subvolume.AsSpan().ContainsAny(',', '\\') ? throw new NotSupportedException($"the subvolume name `{subvolume}` holds a comma or a backslash")
            : $"{option},{subvolume}";
    }
}
