using Stiefel.BootFiles.Catalog.Grub;
using Stiefel.BootFiles.Catalog.Images;
using Stiefel.BootFiles.Catalog.LoaderSpec;
using Stiefel.BootFiles.Catalog.Syslinux;
using Stiefel.Linux.Files;

namespace Stiefel.BootFiles.Catalog;

/// <summary>
/// Finds what a machine would boot by reading the configuration of its boot loader, whichever loader that is. The files may lie on a foreign,
/// even hostile disk: every size, count and nesting depth is bounded, and no path leaves the tree.
/// </summary>
public static class BootCatalog
{
    // A disk can hold any number of broken entries; the search gives up after this many.
    private const int MaxEntries = 256;

    // The boot directory itself, and the places where a root file system keeps or mounts its boot loader's files.
    private static readonly string[] s_bootDirectories = ["", "boot", "efi", "boot/efi"];

    // In order of precedence: our own file comes first because a person wrote it on purpose, then the loaders whose choice is clearest.
    private static readonly (string LookedFor, Func<BootTree, IEnumerable<BootEntry>> Read)[] s_finders =
    [
        ("stiefelsystem.json", StiefelSystemJson.Read),
        ("", FirmwareItems.Read),
        ("loader/entries/*.conf", LoaderMenu.ReadInstalled),
        ("grub/grub.cfg or grub2/grub.cfg", GrubConfiguration.Read),
        ("", LoaderMenu.ReadLeft),
        ("extlinux/extlinux.conf or syslinux/syslinux.cfg", SyslinuxConfiguration.Read),
        ("EFI/Linux/*.efi and EFI/*/*.efi", UnifiedImageItems.ReadUnnamed),
    ];

    /// <summary>What a person can do if nothing bootable is found.</summary>
    public const string Remedy = "name kernel, initrd and cmdline in a file stiefelsystem.json in the boot directory, or under boot.load in config.yaml";

    // As many as a person can choose from on a small screen.
    private const int MaxChoices = 32;

    /// <summary>Finds all that can be booted: first the entry that the loader would take (or the next one whose files all exist), then the others.</summary>
    /// <param name="directory">A boot directory, or a root that contains one.</param>
    /// <param name="options">Where the file system begins; the defaults suit a directory given by a person.</param>
    /// <exception cref="BootCatalogException">Nothing is bootable; the message lists what was looked for and what was wrong with what was found.</exception>
    public static BootMenu Find(string directory, BootCatalogOptions? options = null)
    {
        var findings = new BootFindings();
        if (TryFind(directory, options, findings) is { } menu)
        {
            return menu;
        }

        var lookedFor = string.Join(", ", s_finders.Select(finder => finder.LookedFor).Where(name => name.Length > 0));
        var found = findings.PassedOver.Count == 0 ? "none is there" : $"found but not usable: {string.Join("; ", findings.PassedOver.Take(8))}";
        throw new BootCatalogException($"nothing to boot in {directory} (looked for {lookedFor}, there and in boot/ and efi/): {found}; {Remedy}");
    }

    /// <summary>As <see cref="Find"/>, but returns null if nothing is bootable.</summary>
    /// <param name="directory">A boot directory, or a root that contains one.</param>
    /// <param name="options">Where the file system begins.</param>
    /// <param name="findings">Receives a line for each entry that was found but cannot be used.</param>
    internal static BootMenu? TryFind(string directory, BootCatalogOptions? options, BootFindings findings)
    {
        using var tree = new ConfinedTree(options?.FileSystemRoot ?? directory);
        using var start = new ConfinedTree(directory);
        return TryFind(tree, start.Root == tree.Root ? "" : Path.GetRelativePath(tree.Root, start.Root), findings);
    }

    /// <summary>As <see cref="Find"/>, in an already opened tree; null if nothing is bootable.</summary>
    /// <param name="tree">The file system.</param>
    /// <param name="inside">The path in the tree of the directory to search.</param>
    /// <param name="findings">Receives a line for each entry that was found but cannot be used.</param>
    internal static BootMenu? TryFind(IFileTree tree, string inside, BootFindings findings) => TryFind(BootDisk.OfDirectory(tree, inside), findings);

    /// <summary>As <see cref="Find"/>, on a disk: all its file systems are searched together. Null if nothing is bootable.</summary>
    /// <param name="disk">The file systems.</param>
    /// <param name="findings">Receives a line for each entry that was found but cannot be used.</param>
    internal static BootMenu? TryFind(BootDisk disk, BootFindings findings)
    {
        var trees =
            from volume in disk.Starts
            from start in volume.Places
            from place in s_bootDirectories
            let boot = new BootTree(disk, volume, start.Tree, Path.Combine(start.Directory, place), findings)
            where boot.Exists
            select boot;
        BootSpec[] named = disk.Named is { } wanted ? [wanted.Resolve(trees, findings)] : [];
        var found = from finder in s_finders from boot in trees from entry in ReadSafely(finder.Read, boot) select entry;
        BootSpec[] specs = [.. named, .. found.Take(MaxEntries).Select(entry => entry.Resolve(findings)).OfType<BootSpec>().DistinctBy(spec => spec.Identity)];
        if (specs.Length == 0)
        {
            return null;
        }

        foreach (var boot in trees)
        {
            OtherSystems.Find(boot);
        }

        specs = BootedEntry.First(specs, disk.Booted, findings);
        foreach (var note in specs[0].Notes)
        {
            findings.Note(note);
        }

        return new BootMenu([.. specs.Take(MaxChoices)], findings.ToReport(specs[0].Decided.Length > 0 ? specs[0].Decided : specs[0].Source));
    }

    /// <summary>Reports a configuration that cannot be read in one line, so that the search can go on.</summary>
    private static List<BootEntry> ReadSafely(Func<BootTree, IEnumerable<BootEntry>> read, BootTree boot)
    {
        try
        {
            return [.. read(boot).Take(MaxEntries)];
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            boot.Findings.PassOver(boot.Describe(""), error.Message);
            return [];
        }
    }
}
