using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Disk;

/// <summary>Finds the modules of a kernel in a root file system.</summary>
internal static class ModulesLocation
{
    /// <summary>The modules directory of another release beside a known one; null if it does not exist.</summary>
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

    /// <summary>The absolute path of `lib/modules/RELEASE` if it has a modules.dep; null otherwise.</summary>
    /// <param name="root">The top of a root file system; no link is followed out of it.</param>
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
