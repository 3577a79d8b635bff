using System.Globalization;
using Stiefel.BootFiles.Catalog.Grub;
using Stiefel.BootFiles.Catalog.Images;

namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>The menu of `loader/entries`: the default entry, then the others in the order of the Boot Loader Specification.</summary>
internal static class LoaderMenu
{
    private const string Directory = "loader/entries";
    private const int MaxEntries = 1024;
    private const int MaxEntryBytes = 64 * 1024;

    /// <summary>Those of systemd-boot; or of GRUB with Fedora's `blscfg` command, whose default and variables GRUB's files set.</summary>
    public static IEnumerable<BootEntry> Read(BootTree tree)
    {
        var entries = ReadEntries(tree);
        if (entries.Count == 0)
        {
            return [];
        }

        var pattern = LoaderConfiguration.ReadDefault(tree);
        var variables = GrubConfiguration.ReadVariables(tree);
        var first = pattern.Length > 0
            ? entries.FindIndex(entry => LoaderConfiguration.Matches(pattern, entry.Id, ".conf"))
            : FindGrubDefault(entries, variables.GetValueOrDefault("default", ""));

        // The same loader shows unified images in the same menu, and one of them may be the default.
        var chosen = first >= 0 || pattern.Length == 0 ? [] : UnifiedImageMenu.ReadMatching(tree, pattern);
        var inOrder = first < 0 ? entries : entries.Where((_, at) => at != first).Prepend(entries[first]);
        return chosen.Concat(inOrder.Select(entry => ToBootEntry(entry, tree, variables)));
    }

    private static int FindGrubDefault(List<LoaderEntry> entries, string wanted)
        => uint.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < entries.Count ? (int)number
            : entries.FindIndex(entry => wanted.Length > 0 && (wanted == entry.Id || wanted == entry.Title));

    /// <summary>All entries that fit this processor, sorted.</summary>
    private static List<LoaderEntry> ReadEntries(BootTree tree)
    {
        var entries = new List<LoaderEntry>();
        foreach (var name in tree.List(Directory).Where(name => name.EndsWith(".conf", StringComparison.OrdinalIgnoreCase)).Take(MaxEntries))
        {
            var path = $"{Directory}/{name}";
            if (tree.ReadText(path, MaxEntryBytes) is { } text)
            {
                entries.Add(LoaderEntry.Parse(name, tree.Describe(path), text));
            }
        }

        entries.RemoveAll(entry => !entry.FitsArchitecture);
        entries.Sort(LoaderEntry.CompareForMenu);
        return entries;
    }

    /// <summary>Resolves what GRUB would: `$kernelopts` and the like; systemd-boot's own entries hold no `$`.</summary>
    private static BootEntry ToBootEntry(LoaderEntry entry, BootTree tree, Dictionary<string, string> variables) => new()
    {
        Tree = tree,
        Source = entry.Source,
        Title = entry.Title.Length > 0 ? entry.Title : entry.Id,
        Kernel = GrubConfiguration.Expand(entry.Kernel, variables),
        Initrds = [.. entry.Initrds.Select(path => GrubConfiguration.Expand(path, variables)).Where(path => path.Length > 0)],
        CommandLine = GrubConfiguration.Expand(entry.Options, variables),
        ReleaseHint = entry.Version,
    };
}
