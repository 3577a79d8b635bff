using Stiefel.BootFiles.Catalog.Images;

namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>The images in `EFI/Linux` as type #2 entries, one for each profile (systemd 257, src/boot/boot.c, boot_entry_add_type2).</summary>
internal static class UnifiedImageItems
{
    private const string Directory = "EFI/Linux";
    private const int MaxImages = 64;
    private const int MaxProfiles = 16;

    /// <summary>The images that systemd-boot shows: those whose os-release names the system.</summary>
    public static IEnumerable<LoaderItem> Read(BootTree tree) => Images(tree, Directory).SelectMany(name => ReadProfiles(tree, Directory, name, named: true));

    /// <summary>All other images, which firmware or another loader may start: nameless ones, and those in other directories, such as `EFI/BOOT/BOOTX64.EFI`.</summary>
    public static IEnumerable<BootEntry> ReadUnnamed(BootTree tree)
    {
        var unnamed = Images(tree, Directory).SelectMany(name => ReadProfiles(tree, Directory, name, named: false));
        var elsewhere = from vendor in tree.List("EFI")
                        let directory = $"EFI/{vendor}"
                        where !directory.Equals(Directory, StringComparison.OrdinalIgnoreCase)
                        from name in Images(tree, directory)
                        from item in ReadProfiles(tree, directory, name, named: null)
                        select item;
        return unnamed.Order().Concat(elsewhere.Take(MaxImages).Order()).Select(item => item.Entry);
    }

    private static IEnumerable<string> Images(BootTree tree, string directory)
        => tree.List(directory)
            .Where(name => !name.StartsWith('.') && !name.StartsWith("auto-", StringComparison.OrdinalIgnoreCase) && name.EndsWith(".efi", StringComparison.OrdinalIgnoreCase))
            .Take(MaxImages);

    private static List<LoaderItem> ReadProfiles(BootTree tree, string directory, string name, bool? named)
    {
        var items = new List<LoaderItem>();
        var path = $"{directory}/{name}";
        try
        {
            using var file = tree.WithExactPaths().Open(LoaderPlaces.PathIn(tree, path));
            for (var profile = 0; file is not null && profile < MaxProfiles && UnifiedImage.TryRead(file, profile) is { } image; profile++)
            {
                if (named is null || image.Title.Length > 0 == named)
                {
                    items.Add(ToItem(tree, path, profile, image));
                }
            }
        }
        catch (InvalidDataException error)
        {
            tree.Findings.PassOver(tree.Describe(path), error.Message);
        }

        return items;
    }

    private static LoaderItem ToItem(BootTree tree, string path, int profile, UnifiedImage image)
    {
        var name = Path.GetFileName(path);
        var file = LoaderText.Fold(name);
        var profileId = image.ProfileValue("ID");
        var id = profile == 0 ? file : LoaderText.Fold($"{name}@{(profileId.Length > 0 ? profileId : profile)}");
        var system = image.Title.Length > 0 ? image.Title : name;
        return new LoaderItem
        {
            Id = id,
            FileId = file,
            SortKey = image.SortKey,
            Version = image.Version,
            Counter = BootCounter.Of(name, ".efi"),
            Profile = profile,
            Entry = new BootEntry
            {
                Id = $"loader:{id}",
                Tree = tree.WithExactPaths(),
                Source = tree.Describe(path),
                Title = TitleOf(image, profile, profileId) is { Length: > 0 } title ? $"{system} ({title})" : system,
                Kernel = LoaderPlaces.PathIn(tree, path),
                Profile = profile,
            },
        };
    }

    private static string TitleOf(UnifiedImage image, int profile, string profileId)
        => image.ProfileValue("TITLE") is { Length: > 0 } title ? title : profile == 0 ? "" : profileId.Length > 0 ? profileId : $"Profile #{profile + 1}";
}
