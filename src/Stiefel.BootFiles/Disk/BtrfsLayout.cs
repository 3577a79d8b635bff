namespace Stiefel.BootFiles.Disk;

/// <summary>How distributions lay out btrfs: the root file system is a subvolume (`@`, `@rootfs`, `root`) in the top level.</summary>
internal static class BtrfsLayout
{
    /// <summary>Mount option for the top level, regardless of the default subvolume (man 5 btrfs; the top level has id 5).</summary>
    public const string TopLevel = "subvolid=5";

    private const int MaxSubvolumes = 64;

    /// <summary>The directories of the top level that may hold a boot directory; symbolic links are ignored.</summary>
    public static IEnumerable<string> BootDirectories(string topLevel)
        => new DirectoryInfo(topLevel).EnumerateDirectories()
            .Where(directory => directory.LinkTarget is null)
            .OrderBy(directory => directory.Name, StringComparer.Ordinal)
            .Take(MaxSubvolumes)
            .Select(directory => directory.FullName);

    /// <summary>The `subvol=…` or `subvolid=…` in the `rootflags` argument; null if there is none.</summary>
    public static string? SubvolumeOf(string rootFlags)
        => rootFlags.Split(',').LastOrDefault(flag => flag.StartsWith("subvol=", StringComparison.Ordinal) || flag.StartsWith("subvolid=", StringComparison.Ordinal));
}
