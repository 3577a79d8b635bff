using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog;

/// <summary>All file systems of a disk together: the configuration on one often names files on another.</summary>
/// <param name="Volumes">In the order of the partitions, followed by volumes found inside them (LUKS, RAID, LVM).</param>
internal sealed record BootDisk(IReadOnlyList<BootVolume> Volumes)
{
    /// <summary>The file system to which a person limits the search; null: all are searched.</summary>
    public BootVolume? Chosen { get; init; }

    /// <summary>The boot loader's variables in the firmware of the machine that the disk belongs to.</summary>
    public LoaderVariables Variables { get; init; } = LoaderVariables.None;

    /// <summary>The boot files that the owner names in the configuration in place of any boot entry; null if none.</summary>
    public NamedBootFiles? Named { get; init; }

    /// <summary>The entry that started the laptop's own system (<see cref="BootedEntry"/>); empty if unknown.</summary>
    public string Booted { get; init; } = "";

    /// <summary>The file systems to search for boot entries, the EFI System partition first. Their entries may lead to files on the others.</summary>
    public IReadOnlyList<BootVolume> Starts => Chosen is { } chosen ? [chosen] : [.. Volumes.OrderByDescending(volume => volume.IsEfiSystem)];

    /// <summary>Configurations already read, so that one reached both directly and through another is read once.</summary>
    public HashSet<string> Read { get; } = new(StringComparer.Ordinal);

    /// <summary>True if a script looked for a file system that was not found: it may be in a volume that is not open yet.</summary>
    public bool IsMissingVolume { get; set; }

    /// <summary>The partition that firmware starts boot loaders from; null if there is none.</summary>
    public BootVolume? EfiSystem => Volumes.FirstOrDefault(volume => volume.IsEfiSystem);

    /// <summary>The partition with further entries for the loader on the EFI System partition; null if there is none.</summary>
    public BootVolume? ExtendedBoot => Volumes.FirstOrDefault(volume => volume.IsExtendedBoot);

    /// <summary>A directory that a person named, about whose file system nothing is known.</summary>
    /// <param name="tree">The file system.</param>
    /// <param name="inside">The directory's path in it.</param>
    public static BootDisk OfDirectory(IFileTree tree, string inside) => new([new BootVolume(null, () => [new BootPlace(tree, inside)])]);
}
