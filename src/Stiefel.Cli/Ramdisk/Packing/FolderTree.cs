namespace Stiefel.Cli.Ramdisk.Packing;

/// <summary>Walks a root folder without ever following a symlink: its absolute ones point into the ramdisk, not into this machine.</summary>
internal static class FolderTree
{
    /// <summary>Relative paths of all files, folders and symlinks, each folder before what is in it, in an order that no locale changes.</summary>
    public static IReadOnlyList<string> Walk(string root)
    {
        var paths = new List<string>();
        AddBelow(new DirectoryInfo(root), "", paths);
        paths.Sort(StringComparer.Ordinal);
        return paths;
    }

    private static void AddBelow(DirectoryInfo folder, string prefix, List<string> paths)
    {
        foreach (FileSystemInfo entry in folder.EnumerateFileSystemInfos())
        {
            string path = prefix + entry.Name;
            paths.Add(path);
            if (entry is DirectoryInfo below && entry.LinkTarget is null)
            {
                AddBelow(below, path + "/", paths);
            }
        }
    }
}
