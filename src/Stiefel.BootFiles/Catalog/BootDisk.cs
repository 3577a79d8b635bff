using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog;

/// <summary>All file systems of a disk together: boot loaders read one from another's configuration.</summary>
/// <param name="Volumes">In the order of the partitions; what was opened in them follows.</param>
internal sealed record BootDisk(IReadOnlyList<BootVolume> Volumes)
{
    /// <summary>The one in which a person wants boot entries to be looked for; null: in all.</summary>
    public BootVolume? Chosen { get; init; }

    /// <summary>What boot loaders keep in the firmware of the machine that the disk belongs to.</summary>
    public LoaderVariables Variables { get; init; } = LoaderVariables.None;

    /// <summary>What the owner names in the configuration instead of any entry; null if nothing.</summary>
    public NamedBootFiles? Named { get; init; }

    /// <summary>The entry that the laptop's own system was started by (<see cref="BootedEntry"/>); empty if nobody told.</summary>
    public string Booted { get; init; } = "";

    /// <summary>Those in which boot entries are looked for, which may lead to files of the others; what firmware starts comes first.</summary>
    public IReadOnlyList<BootVolume> Starts => Chosen is { } chosen ? [chosen] : [.. Volumes.OrderByDescending(volume => volume.IsEfiSystem)];

    /// <summary>Configurations that were read already: one leads to another that is found by itself, too.</summary>
    public HashSet<string> Read { get; } = new(StringComparer.Ordinal);

    /// <summary>True if a script looked for a file system that is not here: it may be in a volume that is not open.</summary>
    public bool IsMissingVolume { get; set; }

    /// <summary>The partition that firmware starts boot loaders from; null if there is none.</summary>
    public BootVolume? EfiSystem => Volumes.FirstOrDefault(volume => volume.IsEfiSystem);

    /// <summary>The partition with further entries for the loader on the EFI System partition; null if there is none.</summary>
    public BootVolume? ExtendedBoot => Volumes.FirstOrDefault(volume => volume.IsExtendedBoot);

    /// <summary>A directory that somebody gave, about whose file system nothing is known.</summary>
    /// <param name="tree">The file system.</param>
    /// <param name="inside">The path in it of the directory.</param>
    public static BootDisk OfDirectory(IFileTree tree, string inside) => new([new BootVolume(null, () => [new BootPlace(tree, inside)])]);
}
