using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Disk;

/// <summary>Where a root file system keeps the modules of a kernel.</summary>
internal static class ModulesLocation
{
    /// <summary>The directory of another release beside one that is known, or null.</summary>
    public static string? Beside(string known, string release)
    {
        if (release.Length == 0 || Path.GetDirectoryName(known) is not { } all)
        {
            return null;
        }

        using var tree = new ConfinedTree(all);
        using var index = tree.OpenFile($"{release}/modules.dep");
        return index is null ? null : Path.GetDirectoryName(index.Path);
    }

    /// <summary>The absolute path of `lib/modules/RELEASE` with a modules.dep in it, or null.</summary>
    /// <param name="root">The top of a root file system; no link leads out of it.</param>
    /// <param name="release">`uname -r`.</param>
    public static string? Find(string root, string release)
    {
        using var tree = new ConfinedTree(root);
        foreach (var place in (string[])["lib/modules", "usr/lib/modules"])
        {
            using var index = tree.OpenFile($"{place}/{release}/modules.dep");
            if (index is not null)
            {
                return Path.GetDirectoryName(index.Path);
            }
        }

        return null;
    }
}
