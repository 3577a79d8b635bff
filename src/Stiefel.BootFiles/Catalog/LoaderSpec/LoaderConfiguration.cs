namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>Finds the entry that systemd-boot would boot, from `loader/loader.conf` (man 5 loader.conf) and its variables in the firmware.</summary>
/// <param name="Default">The pattern that names the default entry; empty if there is none.</param>
/// <param name="Source">The file's absolute path; empty if there is no file.</param>
internal sealed record LoaderConfiguration(string Default, string Source)
{
    private const string FileName = "loader/loader.conf";
    private const string Saved = "@saved";
    private const string PopPrefix = "Pop_OS-";
    private const int MaxBytes = 64 * 1024;

    /// <summary>Reads the file of this boot directory; null if there is none.</summary>
    public static LoaderConfiguration? TryRead(BootTree tree)
    {
        if (tree.ReadText(FileName, MaxBytes) is not { } text)
        {
            return null;
        }

        var pattern = "";
        foreach ((var key, var value) in LoaderText.Lines(text, LoaderText.Blanks))
        {
            // systemd-boot ignores special names (`@…`) that it does not know.
            pattern = key == "default" && (!value.StartsWith('@') || IsSaved(value)) ? value : pattern;
        }

        return new LoaderConfiguration(pattern, tree.Describe(FileName));
    }

    /// <summary>The index of the entry that is booted unasked, and what decided it; without a decision, the first of the menu.</summary>
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

    // Ids end in `.conf` or `.efi` since systemd 245. Pop!_OS writes names without the extension into loader.conf; its own systemd-boot accepts both.
    private static int Find(IReadOnlyList<LoaderItem> items, string pattern)
        => Enumerable.Range(0, items.Count)
            .Where(index => LoaderPattern.Fits(pattern, items[index].Id))
            .Concat(Enumerable.Range(0, items.Count).Where(index => pattern.StartsWith(PopPrefix, StringComparison.OrdinalIgnoreCase) && LoaderPattern.Fits($"{pattern}.conf", items[index].Id)))
            .FirstOrDefault(-1);

    private static bool IsSaved(string name) => name.Equals(Saved, StringComparison.OrdinalIgnoreCase);
}
