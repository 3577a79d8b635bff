using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>
/// Where a boot loader finds the ramdisk, and the small file that tells it which. Each version of the ramdisk has a directory of its own, and that file is
/// switched last: on FAT two files never change at once.
/// </summary>
/// <param name="Files">A directory of set-up's own, with one for each version in it.</param>
/// <param name="Switch">The small file.</param>
internal abstract record EntryPlace(string Files, string Switch)
{
    /// <summary>The kernel in a version's directory.</summary>
    public const string Kernel = "vmlinuz";

    /// <summary>The ramdisk there.</summary>
    public const string Initrd = "initrd.img";

    /// <summary>The laptop's keys there, for root alone to read where the file system knows of root.</summary>
    public const string Keys = "keys.img";

    /// <summary>What people see in the menu.</summary>
    protected const string Title = "Serve this disk (Stiefel)";

    /// <summary>What loaders and the firmware know it by.</summary>
    protected const string Label = OneTimeEntries.Name;

    /// <summary>What the small file says.</summary>
    /// <param name="version">The directory's name.</param>
    /// <param name="arguments">The kernel's.</param>
    public abstract byte[] Content(string version, string arguments);

    /// <summary>It is not on the disk, so that it cannot follow what is changed while the laptop's system runs on a desktop.</summary>
    public virtual bool IsOnThisMachineAlone => false;

    /// <summary>What else must be there, once and for all.</summary>
    public virtual IEnumerable<PlannedFile> Fixed(LaptopTree tree) => [];

    /// <summary>This laptop's; null if its boot loader has none, which a note says.</summary>
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
            notes.Add($"no boot entry is installed: {laptop.Boot.Name} has no place for one that set-up knows; the laptop leaves by kexec");
        }

        return place;
    }
}
