namespace Stiefel.Cli.Ramdisk.Userland;

/// <summary>Paths inside the ramdisk: relative, and with /bin, /sbin, /lib and /lib64 merged into /usr.</summary>
internal static class RootPath
{
    /// <summary>The directories that are symlinks into usr.</summary>
    public static IReadOnlyList<string> Merged { get; } = ["bin", "lib", "lib64", "sbin"];

    public static string MergeUsr(string path)
    {
        var first = path.Split('/')[0];
        return Merged.Contains(first) ? "usr/" + path : path;
    }

    /// <summary>True if a path is one of these directories or below one of them.</summary>
    public static bool IsBelow(string path, IEnumerable<string> directories)
        => directories.Select(directory => directory.Trim('/')).Any(directory => path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal));
}
