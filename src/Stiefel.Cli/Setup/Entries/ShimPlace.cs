using System.Text;
using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>
/// An entry in the firmware's own menu with a boot loader of its own: shim and GRUB of the distribution that signed the ramdisk's kernel, in EFI/stiefel on the
/// EFI System partition. It starts whatever the laptop's own loader is, whatever that trusts, and wherever that keeps its files.
/// </summary>
/// <param name="Partition">Where the EFI System partition is mounted.</param>
/// <param name="Loader">The installed signed loader; null if it was removed since the entry was made, which keeps the copies.</param>
/// <param name="Slot">The firmware's entry; null while the laptop's system runs on a desktop, whose firmware is left alone.</param>
/// <param name="Chained">The GRUB of the laptop that shows the entry, too, and the partition's identifier for it; null if there is none.</param>
internal sealed record ShimPlace(string Partition, SignedLoader? Loader, FirmwareSlot? Slot, (string Directory, string FileSystem)? Chained)
    : EntryPlace($"{Partition}/EFI/stiefel", $"{Partition}/EFI/stiefel/{Menu}")
{
    /// <summary>The menu that this GRUB reads, beside its program; it names the current version.</summary>
    public const string Menu = "grub.cfg";

    private const string Program = FirmwareEntry.Shim;
    private const string ById = "dev/disk/by-uuid";

    /// <summary>Finds the place; null if there is none.</summary>
    /// <param name="laptop">The facts about the laptop.</param>
    /// <param name="kernel">Path of the ramdisk's kernel.</param>
    public static ShimPlace? Find(LaptopFacts laptop, string kernel)
    {
        if (laptop.Boot.EfiDirectory is not { } partition)
        {
            return null;
        }

        var loader = SignedLoader.Find(laptop.Tree.HasFile);
        var place = new ShimPlace(partition, loader, FirmwareSlot.Find(laptop, partition), ChainedIn(laptop, partition));
        return laptop.Tree.HasFile(place.Switch) || (loader is { ReadsBesideItself: true } && place.Slot is not null && Starts(laptop, loader, kernel)) ? place : null;
    }

    // The firmware's variable is; some firmwares forget one that is not in their order.
    /// <inheritdoc/>
    public override bool IsOnThisMachineAlone => true;

    /// <inheritdoc/>
    public override string MenuOf(LaptopFacts laptop) => FirmwareMenu;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, string Source)> Programs => Loader is null ? []
        : [("grubx64.efi", Loader.Grub), .. Loader.MokManager is { } manager ? [("mmx64.efi", manager)] : Array.Empty<(string, string)>(), (Program[(Program.LastIndexOf('\\') + 1)..], Loader.Shim)];

    /// <inheritdoc/>
    public override (string Path, byte[] Content)? Variable => Slot is null ? null : (Slot.Path, Slot.Content(Program, null));

    // $root is the partition that GRUB was started from; a search could find other files of the same name. `exit` returns to the firmware, which starts the next of its order.
    public override byte[] Content(string version, string arguments) => Encoding.UTF8.GetBytes(
        $"""
        # Written by `stiefel setup-server-os`; `--undo` takes it away again.
        if linux /EFI/stiefel/{version}/{Kernel} {GrubWords.Of(arguments)}; then
          if initrd /EFI/stiefel/{version}/{Initrd} /EFI/stiefel/{version}/{Keys}; then
            boot
          fi
        fi
        echo 'Stiefel: the ramdisk cannot be started; this computer starts its own system'
        sleep 10
        exit

        """);

    /// <inheritdoc/>
    public override IEnumerable<PlannedFile> Fixed(LaptopTree tree)
    {
        if (Chained is { } grub)
        {
            yield return GrubPlace.InMenu(tree, grub.Directory, $$"""
                # Written by `stiefel setup-server-os`; `--undo` takes it away again.
                menuentry '{{Title}}' --id {{Label}} {
                    search --no-floppy --fs-uuid --set=root {{grub.FileSystem}}
                    chainloader {{Program.Replace('\\', '/')}}
                }

                """);
        }
    }

    // Shim knows its own distribution's key and those of the firmware, which signed no kernel. A kernel that is not there yet will be the laptop's own.
    private static bool Starts(LaptopFacts laptop, SignedLoader loader, string kernel) => laptop.Firmware.SecureBoot != SecureBoot.On
        || laptop.Tree.Use(kernel, KernelSignature.IssuersIn) is not { } issuers || issuers.Intersect(laptop.Tree.Use(loader.Grub, KernelSignature.IssuersIn) ?? []).Any();

    private static (string Directory, string FileSystem)? ChainedIn(LaptopFacts laptop, string partition) =>
        GrubPlace.MenuDirectory(laptop) is { } grub && BootSetup.MountOf(laptop.Tree, partition) is { Type: "vfat" } mount && laptop.Names.Resolve(mount.Source) is { } device
        && laptop.Tree.Names(ById).FirstOrDefault(name => Path.GetFileName(laptop.Tree.LinkText($"{ById}/{name}")) == device) is { } id
            ? (grub, id)
            : null;
}
