using Stiefel.Linux.Files;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Catalog;

/// <summary>
/// One file system of a <see cref="BootDisk"/>: its names and its files. It is mounted at the first look into it. A file system with
/// subvolumes has several views.
/// </summary>
internal sealed class BootVolume
{
    // Partition types of UAPI.2, Discoverable Partitions Specification; for the EFI System partition also its MBR type (UEFI 2.10 §5.2.2).
    private const string EfiSystemType = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
    private const string EfiSystemMbrType = "0xef";
    private const string ExtendedBootType = "bc13c2ff-59e6-4262-a352-b275fd6f7172";

    private readonly Lazy<IReadOnlyList<BootPlace>> _places;

    /// <param name="device">What blkid reports about it; null for a directory about which nothing is known.</param>
    /// <param name="open">Makes its files readable; returns no place if that fails.</param>
    public BootVolume(ProbedDevice? device, Func<IReadOnlyList<BootPlace>> open)
    {
        Device = device;
        _places = new(open);
    }

    /// <summary>Its UUID, label and partition. Null for a directory about which nothing is known, which then matches every name.</summary>
    public ProbedDevice? Device { get; }

    /// <summary>Its name for people.</summary>
    public string Name => Device is not { } device ? "" : device.Title.Length > 0 ? device.Title : device.Path;

    /// <summary>True for the partition that firmware starts boot loaders from.</summary>
    public bool IsEfiSystem => HasType(EfiSystemType) || HasType(EfiSystemMbrType);

    /// <summary>True for XBOOTLDR, in which the boot loader on the EFI System partition also looks for entries.</summary>
    public bool IsExtendedBoot => HasType(ExtendedBootType);

    /// <summary>The directories in which boot files are looked for, the likeliest first; none if the file system cannot be mounted.</summary>
    public IReadOnlyList<BootPlace> Places => _places.Value;

    /// <summary>Opens the file at a path from the top, in the first view that has it; null if none has.</summary>
    public TreeFile? OpenFile(string path) => Trees.Select(tree => tree.OpenFile(path)).FirstOrDefault(file => file is not null);

    /// <summary>The absolute path of a directory, in the first view that has it; null if none has.</summary>
    public string? FindDirectory(string path) => Trees.Select(tree => tree.FindDirectory(path)).FirstOrDefault(found => found is not null);

    /// <summary>The names in a directory; none if it does not exist.</summary>
    public IReadOnlyList<string> List(string path) => Trees.Where(tree => tree.FindDirectory(path) is not null).Select(tree => tree.List(path)).FirstOrDefault([]);

    private IEnumerable<IFileTree> Trees => Places.Select(place => place.Tree).Distinct();

    private bool HasType(string type) => string.Equals(Device?.PartType, type, StringComparison.OrdinalIgnoreCase);
}
