using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>The images in `EFI/Linux`: type #2 entries of the Boot Loader Specification.</summary>
internal static class UnifiedImageMenu
{
    private const string Directory = "EFI/Linux";
    private const int MaxImages = 64;

    /// <summary>The default of loader.conf, then the others: grouped by operating system, newest kernel first.</summary>
    public static IEnumerable<BootEntry> Read(BootTree tree)
    {
        var pattern = LoaderConfiguration.ReadDefault(tree);
        return ReadAll(tree).OrderByDescending(image => pattern.Length > 0 && Fits(pattern, image)).Select(image => image.Entry);
    }

    /// <summary>The first image whose name fits a pattern of loader.conf, if there is one.</summary>
    public static IEnumerable<BootEntry> ReadMatching(BootTree tree, string pattern)
        => ReadAll(tree).Where(image => Fits(pattern, image)).Select(image => image.Entry).Take(1);

    private static bool Fits(string pattern, Image image)
        => LoaderConfiguration.Matches(pattern, Path.GetFileNameWithoutExtension(image.Name), ".efi");

    private static IEnumerable<Image> ReadAll(BootTree tree)
    {
        var images = new List<Image>();
        foreach (var name in tree.List(Directory).Where(name => name.EndsWith(".efi", StringComparison.OrdinalIgnoreCase)).Take(MaxImages))
        {
            var path = $"{Directory}/{name}";
            using var file = tree.Open(Path.Combine(tree.Directory, path));
            if (file is not null && TryRead(tree, file, path) is { } unified)
            {
                images.Add(new Image(name, unified.OsReleaseValue("ID"), unified.Release, new BootEntry
                {
                    Tree = tree,
                    Source = tree.Describe(path),
                    Title = name,
                    Kernel = Path.Combine(tree.Directory, path),
                }));
            }
        }

        return images
            .OrderBy(image => image.System, StringComparer.Ordinal)
            .ThenByDescending(image => image.Release, VersionOrder.Instance)
            .ThenByDescending(image => image.Name, VersionOrder.Instance);
    }

    private static UnifiedImage? TryRead(BootTree tree, TreeFile file, string path)
    {
        try
        {
            return UnifiedImage.TryRead(file);
        }
        catch (InvalidDataException error)
        {
            tree.Findings.PassOver(tree.Describe(path), error.Message);
            return null;
        }
    }

    private readonly record struct Image(string Name, string System, string Release, BootEntry Entry);
}
