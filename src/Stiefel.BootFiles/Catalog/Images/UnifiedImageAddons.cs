using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog.Images;

/// <summary>
/// What systemd's stub adds to an image from `loader/addons` and then from `IMAGE.efi.extra.d` (man 7 systemd-stub; systemd 257, src/boot/stub.c,
/// load_addons): arguments after the image's own, microcode before everything else (the last addon's first), initrds after the image's.
/// </summary>
internal sealed class UnifiedImageAddons
{
    private const string Ending = ".addon.efi";
    private const int MaxAddons = 64;

    private readonly List<string> _commandLines = [];
    private readonly List<FileRegion> _microcode = [];
    private readonly List<FileRegion> _initrds = [];

    public IReadOnlyList<string> CommandLines => _commandLines;

    public IReadOnlyList<FileRegion> Microcode => _microcode;

    public IReadOnlyList<FileRegion> Initrds => _initrds;

    /// <param name="tree">The tree in which the image was found.</param>
    /// <param name="image">The image.</param>
    /// <param name="release">The release of the image's kernel: addons for other releases are left out.</param>
    /// <exception cref="InvalidDataException">An addon is damaged; what would be booted without it is not what the laptop boots.</exception>
    public static UnifiedImageAddons Of(BootTree tree, TreeFile image, string release)
    {
        var addons = new UnifiedImageAddons();
        if (tree.Locate(image) is not { } place)
        {
            return addons;
        }

        addons.Add(place.Tree, $"{(place.Path.StartsWith(tree.Directory.Trim('/'), StringComparison.Ordinal) ? tree.Directory : "")}/loader/addons", release);
        addons.Add(place.Tree, $"{BootCounter.Without(place.Path)}.extra.d", release);
        return addons;
    }

    private void Add(IFileTree tree, string directory, string release)
    {
        // The stub sorts by name in UCS-2, which for these names is ordinal order.
        foreach (var name in tree.List(directory).Where(name => name.EndsWith(Ending, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).Take(MaxAddons))
        {
            using var file = tree.OpenFile($"{directory}/{name}");
            if (file is not null && UnifiedImage.TryReadAddon(file) is { } addon && (addon.Release.Length == 0 || release.Length == 0 || addon.Release == release))
            {
                _commandLines.Add(addon.CommandLine);
                _microcode.InsertRange(0, addon.Regions(".ucode"));
                _initrds.AddRange(addon.Regions(".initrd"));
            }
        }
    }
}
