namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>Which entry systemd-boot would take: `loader/loader.conf` (man 5 loader.conf), and what it keeps in firmware.</summary>
/// <param name="Default">The pattern of the default entry's name; empty if there is none.</param>
/// <param name="Source">The file, absolute; empty if there is none.</param>
internal sealed record LoaderConfiguration(string Default, string Source)
{
    private const string FileName = "loader/loader.conf";
    private const string Saved = "@saved";
    private const string PopPrefix = "Pop_OS-";
    private const int MaxBytes = 64 * 1024;

    /// <summary>The file of this boot directory; null if it has none.</summary>
    public static LoaderConfiguration? TryRead(BootTree tree)
    {
        if (tree.ReadText(FileName, MaxBytes) is not { } text)
        {
            return null;
        }

        var pattern = "";
        foreach ((var key, var value) in LoaderText.Lines(text, LoaderText.Blanks))
        {
            // A special name that is not known counts as if it were not there.
            pattern = key == "default" && (!value.StartsWith('@') || IsSaved(value)) ? value : pattern;
        }

        return new LoaderConfiguration(pattern, tree.Describe(FileName));
    }

    /// <summary>The position of the entry that is booted by itself, and by what; the first of the menu if nothing says otherwise.</summary>
    public (int Index, string Decided) Choose(IReadOnlyList<LoaderItem> items, LoaderVariables variables)
    {
        var chosen = IsSaved(variables.EntryDefault)
            ? (variables.EntryLastBooted, "the firmware's LoaderEntryDefault and LoaderEntryLastBooted")
            : (variables.EntryDefault, "the firmware's LoaderEntryDefault");
        var configured = IsSaved(Default)
            ? (variables.EntryLastBooted, $"{Source} (default @saved, LoaderEntryLastBooted)")
            : (Default, $"{Source} (default {Default})");
        foreach ((var pattern, var decided) in new[] { chosen, configured })
        {
            if (pattern.Length > 0 && Find(items, pattern) is >= 0 and var index)
            {
                return (index, decided);
            }
        }

        return (0, "the order of loader/entries and EFI/Linux");
    }

    // Ids have had their endings since systemd 245, and what Pop!_OS writes into loader.conf has not: its own build takes either.
    private static int Find(IReadOnlyList<LoaderItem> items, string pattern)
        => Enumerable.Range(0, items.Count)
            .Where(index => LoaderPattern.Fits(pattern, items[index].Id))
            .Concat(Enumerable.Range(0, items.Count).Where(index => pattern.StartsWith(PopPrefix, StringComparison.OrdinalIgnoreCase) && LoaderPattern.Fits($"{pattern}.conf", items[index].Id)))
            .FirstOrDefault(-1);

    private static bool IsSaved(string name) => name.Equals(Saved, StringComparison.OrdinalIgnoreCase);
}
