using System.Globalization;
using Stiefel.BootFiles.Catalog.LoaderSpec;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Entries of `loader/entries` that GRUB's `blscfg` command puts into its menu; their default and variables are those of GRUB's files.</summary>
internal static class GrubLoaderEntries
{
    private const string Directory = "loader/entries";
    private const int MaxEntries = 1024;
    private const int MaxBytes = 64 * 1024;

    public static IEnumerable<BootEntry> Read(BootTree tree)
    {
        if (!new[] { "grub2/grub.cfg", "grub/grub.cfg" }.Any(path => tree.TryReadText(path, 1 << 20)?.Contains("blscfg", StringComparison.Ordinal) == true))
        {
            return [];
        }

        var variables = GrubConfiguration.ReadVariables(tree);
        var names = tree.List(Directory).Where(name => !name.StartsWith('.') && name.EndsWith(".conf", StringComparison.Ordinal)).Take(MaxEntries);
        var entries = (from name in names
                       let text = tree.TryReadText($"{Directory}/{name}", MaxBytes)
                       where text is not null
                       select LoaderEntry.Parse(name, text)).ToList();
        entries.Sort((a, b) => VersionOrder.Instance.Compare(b.FileName, a.FileName));
        var first = Find(entries, variables.GetValueOrDefault("default", ""));
        return (first < 0 ? entries : entries.Where((_, at) => at != first).Prepend(entries[first])).Select(entry => ToBootEntry(entry, tree, variables));
    }

    private static int Find(List<LoaderEntry> entries, string wanted)
        => uint.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < entries.Count ? (int)number
            : entries.FindIndex(entry => wanted.Length > 0 && (wanted == Path.GetFileNameWithoutExtension(entry.FileName) || wanted == entry.Title));

    private static BootEntry ToBootEntry(LoaderEntry entry, BootTree tree, Dictionary<string, string> variables) => new()
    {
        Id = $"grub:{Path.GetFileNameWithoutExtension(entry.FileName)}",
        Tree = tree,
        Source = tree.Describe($"{Directory}/{entry.FileName}"),
        Title = entry.Title ?? entry.FileName,
        Kernel = GrubConfiguration.Expand(entry.Kernel, variables),
        Initrds = [.. entry.Initrds.SelectMany(line => GrubConfiguration.Expand(line, variables).Split(' ', StringSplitOptions.RemoveEmptyEntries))],
        CommandLine = GrubConfiguration.Expand(entry.Options ?? "", variables),
        ReleaseHint = entry.Version ?? "",
    };
}
