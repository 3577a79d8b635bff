namespace Stiefel.Cli.Ramdisk.Packing;

/// <summary>Walks a root directory without ever following a symlink: its absolute ones point into the ramdisk, not into this machine.</summary>
internal static class DirectoryTree
{
    /// <summary>Relative paths of all files, directories and symlinks, each directory before what is in it, in an order that no locale changes.</summary>
    public static IReadOnlyList<string> Walk(string root)
    {
        var paths = new List<string>();
        AddBelow(new DirectoryInfo(root), "", paths);
        paths.Sort(StringComparer.Ordinal);
        return paths;
    }

    private static void AddBelow(DirectoryInfo directory, string prefix, List<string> paths)
    {
        foreach (var entry in directory.EnumerateFileSystemInfos())
        {
            var path = prefix + entry.Name;
            paths.Add(path);
            if (entry is DirectoryInfo below && entry.LinkTarget is null)
            {
                AddBelow(below, path + "/", paths);
            }
        }
    }
}
