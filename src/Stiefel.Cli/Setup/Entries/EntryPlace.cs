using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Laptop;
using Stiefel.Keys;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>
/// Where a boot loader finds the ramdisk: a directory for each version, and a small file that names the current one. The small file is replaced last,
/// because FAT cannot change two files at once.
/// </summary>
/// <param name="Files">Set-up's own directory, with a subdirectory for each version.</param>
/// <param name="Switch">The small file that names the current version.</param>
internal abstract record EntryPlace(string Files, string Switch)
{
    /// <summary>Name of the kernel in a version's directory.</summary>
    public const string Kernel = "vmlinuz";

    /// <summary>Name of the ramdisk there.</summary>
    public const string Initrd = "initrd.img";

    /// <summary>Name of the keys there (<see cref="EntryKeys"/>); only root can read them, if the file system has owners.</summary>
    public const string Keys = "keys.img";

    /// <summary>The entry's title in the menu.</summary>
    protected const string Title = "Serve this disk (Stiefel)";

    /// <summary>What people call the menu of the firmware.</summary>
    protected const string FirmwareMenu = "the firmware's own menu";

    /// <summary>The entry's name for loaders and the firmware.</summary>
    protected const string Label = OneTimeEntries.Name;

    /// <summary>The content of the small file.</summary>
    /// <param name="version">The name of the version's directory.</param>
    /// <param name="arguments">The kernel's arguments.</param>
    public abstract byte[] Content(string version, string arguments);

    /// <summary>True if a part of the entry is kept in the laptop rather than on the disk, so that it cannot be updated while the laptop's system runs on a desktop.</summary>
    public virtual bool IsOnThisMachineAlone => false;

    /// <summary>Further files that are installed once and stay the same for all versions.</summary>
    public virtual IEnumerable<PlannedFile> Fixed(LaptopTree tree) => [];

    /// <summary>What people call the menu that shows the entry.</summary>
    public virtual string MenuOf(LaptopFacts laptop) => laptop.Boot.Name;

    /// <summary>Boot programs that are copied to set-up's directory, in the order of replacing them: names there, and paths of the installed programs.</summary>
    public virtual IEnumerable<(string Name, string Source)> Programs => [];

    /// <summary>The variable of the firmware that leads to the small file; null if there is none, or the small file itself is one.</summary>
    public virtual (string Path, byte[] Content)? Variable => null;

    /// <summary>Finds the places on this laptop, best first; none, with a note, if its boot loader has none.</summary>
    /// <param name="laptop">The facts about the laptop.</param>
    /// <param name="kernel">Path of the ramdisk's kernel.</param>
    /// <param name="notes">Receives the reasons.</param>
    public static IReadOnlyList<EntryPlace> Of(LaptopFacts laptop, string kernel, List<string> notes)
    {
        var shim = ShimPlace.Find(laptop, kernel);
        if (shim is not null && laptop.Tree.HasFile(shim.Switch))
        {
            return [shim];
        }

        var places = !laptop.Root.IsRemote && KernelSignature.IsForeign(laptop, kernel) ? OfForeign(shim, notes) : OfLoader(laptop, shim, notes);
        if (places.Length == 0 && notes.Count == 0)
        {
            notes.Add($"no boot entry is installed: {laptop.Boot.Name} has no place for one that set-up knows; the laptop will leave by kexec");
        }

        return places;
    }

    // The laptop's own loader would refuse the kernel ("bad shim signature").
    private static EntryPlace[] OfForeign(ShimPlace? shim, List<string> notes)
    {
        if (shim is not null)
        {
            return [shim];
        }

        notes.Add("no boot entry is installed: Secure Boot is on, and neither this laptop's boot loader nor an installed shim starts the ramdisk's kernel; build it upon the laptop's own kernel (initrd.kernel: own)");
        return [];
    }

    private static EntryPlace[] OfLoader(LaptopFacts laptop, ShimPlace? shim, List<string> notes)
    {
        List<string> reasons = [];
        EntryPlace?[] places = laptop.Boot.Loader switch
        {
            // GRUB that cannot forget an entry after one start shows it only; the firmware can be told to start one once.
            LoaderKind.Grub => GrubPlace.Find(laptop, reasons) is not { } grub ? [shim] : GrubEnvironment.ObstacleOf(laptop, grub.Directory) is null ? [grub] : [shim, grub],
            LoaderKind.SystemdBoot => [LoaderPlace.Find(laptop) as EntryPlace ?? shim ?? FirmwarePlace.Find(laptop, reasons) as EntryPlace],
            LoaderKind.Extlinux => [ExtlinuxPlace.Find(laptop)],
            _ => [shim ?? FirmwarePlace.Find(laptop, reasons) as EntryPlace],
        };
        EntryPlace[] found = [.. places.OfType<EntryPlace>()];
        notes.AddRange(found.Length == 0 ? reasons : []);
        return found;
    }
}
