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

    /// <summary>The entry's name for loaders and the firmware.</summary>
    protected const string Label = OneTimeEntries.Name;

    /// <summary>The content of the small file.</summary>
    /// <param name="version">The name of the version's directory.</param>
    /// <param name="arguments">The kernel's arguments.</param>
    public abstract byte[] Content(string version, string arguments);

    /// <summary>True if the entry is kept in the laptop rather than on the disk, so that it cannot be updated while the laptop's system runs on a desktop.</summary>
    public virtual bool IsOnThisMachineAlone => false;

    /// <summary>Further files that are installed once and stay the same for all versions.</summary>
    public virtual IEnumerable<PlannedFile> Fixed(LaptopTree tree) => [];

    /// <summary>Finds the place on this laptop; null, with a note, if its boot loader has none.</summary>
    public static EntryPlace? Of(LaptopFacts laptop, List<string> notes)
    {
        var place = laptop.Boot.Loader switch
        {
            LoaderKind.Grub => GrubPlace.Find(laptop, notes),
            LoaderKind.SystemdBoot => LoaderPlace.Find(laptop) as EntryPlace ?? FirmwarePlace.Find(laptop, notes),
            LoaderKind.Extlinux => ExtlinuxPlace.Find(laptop),
            _ => FirmwarePlace.Find(laptop, notes),
        };
        if (place is null && notes.Count == 0)
        {
            notes.Add($"no boot entry is installed: {laptop.Boot.Name} has no place for one that set-up knows; the laptop will leave by kexec");
        }

        return place;
    }
}
