namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>systemd-boot's menu: entries of both types from its own partition and from XBOOTLDR, in systemd-boot's order.</summary>
internal static class LoaderMenu
{
    private const string EntriesDirectory = "loader/entries";
    private const int MaxEntries = 1024;
    private const int MaxEntryBytes = 64 * 1024;

    /// <summary>The entries, if systemd-boot boots here: its program or its configuration exists.</summary>
    public static IEnumerable<BootEntry> ReadInstalled(BootTree tree) => LoaderTraces.AreIn(tree) ? Read(tree) : [];

    /// <summary>The entries, if nothing shows that systemd-boot is installed.</summary>
    public static IEnumerable<BootEntry> ReadLeft(BootTree tree) => LoaderTraces.AreIn(tree) ? [] : Read(tree);

    private static IEnumerable<BootEntry> Read(BootTree tree)
    {
        var places = LoaderPlaces.Of(tree);
        var items = places.SelectMany(place => ReadEntries(place).Concat(UnifiedImageItems.Read(place))).ToList();
        if (items.Count == 0)
        {
            return [];
        }

        // systemd-boot adds a partition's images before its entries, and its sort is stable.
        items = [.. items.Order()];
        var configuration = LoaderPlaces.ReadConfiguration(tree);
        (var first, var decided) = configuration.Choose(items, tree.Disk.Variables);
        var chosen = items[first].Entry with { Decided = decided };
        return items.Where((_, at) => at != first).Select(item => item.Entry).Prepend(chosen);
    }

    private static IEnumerable<LoaderItem> ReadEntries(BootTree tree)
        => from name in tree.List(EntriesDirectory).Where(IsEntryName).Take(MaxEntries)
           let path = $"{EntriesDirectory}/{name}"
           let text = TryRead(tree, path)
           where text is not null
           select ToItem(LoaderEntry.Parse(name, text), tree, tree.Describe(path));

    // As systemd's valid_type1_filename: hidden files are ignored, and names in `auto-` are reserved for the loader.
    private static bool IsEntryName(string name)
        => !name.StartsWith('.') && !name.StartsWith("auto-", StringComparison.OrdinalIgnoreCase) && name.EndsWith(".conf", StringComparison.OrdinalIgnoreCase);

    private static string? TryRead(BootTree tree, string path)
    {
        try
        {
            return tree.ReadText(path, MaxEntryBytes);
        }
        catch (InvalidDataException error)
        {
            tree.Findings.PassOver(tree.Describe(path), error.Message);
            return null;
        }
    }

    private static LoaderItem ToItem(LoaderEntry entry, BootTree tree, string source)
    {
        var id = LoaderText.Fold(entry.FileName);
        (var initrds, var options) = InitrdArguments.Cut(entry.Initrds, entry.Options ?? "");
        return new LoaderItem
        {
            Id = id,
            FileId = id,
            SortKey = entry.SortKey,
            MachineId = entry.MachineId,
            Version = entry.Version,
            Counter = BootCounter.Of(entry.FileName, ".conf"),
            Entry = new BootEntry
            {
                Id = $"loader:{id}",
                Tree = tree.WithExactPaths(),
                Source = source,
                Title = entry.Title ?? entry.FileName,
                Kernel = LoaderPlaces.PathIn(tree, entry.Kernel),
                Initrds = [.. initrds.Select(path => LoaderPlaces.PathIn(tree, path))],
                CommandLine = options,
                ReleaseHint = entry.Version ?? "",
                Unfit = entry.Unfit ?? GrubDialect.Find(entry),
                Notes = entry.DeviceTree is { } deviceTree ? [$"the device tree {deviceTree} is not used: it describes the laptop, not the desktop"] : [],
            },
        };
    }
}
