namespace Stiefel.BootFiles.Disk;

/// <summary>How distributions lay out btrfs: the root file system is a subvolume (`@`, `@rootfs`, `root`) of the top level.</summary>
internal static class BtrfsLayout
{
    /// <summary>Mount option for the whole file system whatever its default subvolume is (man 5 btrfs; 5 is the top level's id).</summary>
    public const string TopLevel = "subvolid=5";

    private const int MaxSubvolumes = 64;

    /// <summary>The directories of the top level that may hold a boot directory. Symbolic links do not count.</summary>
    public static IEnumerable<string> BootDirectories(string topLevel)
        => new DirectoryInfo(topLevel).EnumerateDirectories()
            .Where(directory => directory.LinkTarget is null)
            .OrderBy(directory => directory.Name, StringComparer.Ordinal)
            .Take(MaxSubvolumes)
            .Select(directory => directory.FullName);

    /// <summary>`subvol=…` or `subvolid=…` of the `rootflags` argument, or null.</summary>
    public static string? SubvolumeOf(string rootFlags)
        => rootFlags.Split(',').LastOrDefault(flag => flag.StartsWith("subvol=", StringComparison.Ordinal) || flag.StartsWith("subvolid=", StringComparison.Ordinal));
}
