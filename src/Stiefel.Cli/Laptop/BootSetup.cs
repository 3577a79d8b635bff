using Stiefel.BootFiles.Catalog;
using Stiefel.Linux.Mounts;

namespace Stiefel.Cli.Laptop;

/// <summary>Which program starts the laptop's system.</summary>
internal enum LoaderKind
{
    /// <summary>No known loader.</summary>
    Unknown,

    /// <summary>GNU GRUB.</summary>
    Grub,

    /// <summary>systemd-boot.</summary>
    SystemdBoot,

    /// <summary>extlinux or syslinux.</summary>
    Extlinux,

    /// <summary>The firmware itself starts unified kernel images.</summary>
    UnifiedImages,
}

/// <summary>How the laptop starts.</summary>
/// <param name="Loader">The boot loader.</param>
/// <param name="Menu">The entries that a desktop could boot; null if none was found.</param>
/// <param name="Problem">The reason if none was found; otherwise empty.</param>
/// <param name="EfiDirectory">Mount point of the EFI System partition in the tree; null if unknown.</param>
/// <param name="GrubDirectory">Directory of GRUB's configuration (`/boot/grub`); null if there is none.</param>
internal sealed record BootSetup(LoaderKind Loader, BootMenu? Menu, string Problem, string? EfiDirectory, string? GrubDirectory)
{
    private static readonly string[] s_efiDirectories = ["/boot/efi", "/efi", "/boot"];
    private static readonly string[] s_grubDirectories = ["/boot/grub", "/boot/grub2"];

    /// <summary>The loader's name.</summary>
    public string Name => Loader switch
    {
        LoaderKind.Grub => "GRUB",
        LoaderKind.SystemdBoot => "systemd-boot",
        LoaderKind.Extlinux => "extlinux",
        LoaderKind.UnifiedImages => "the firmware (unified kernel images)",
        _ => "unknown",
    };

    /// <summary>Reads the boot setup from a tree.</summary>
    public static BootSetup Of(LaptopTree tree, Firmware firmware)
    {
        var efi = s_efiDirectories.FirstOrDefault(directory => tree.Names(directory).Any(name => name.Equals("EFI", StringComparison.OrdinalIgnoreCase)));
        var grub = s_grubDirectories.FirstOrDefault(directory => tree.HasFile($"{directory}/grub.cfg"));
        BootMenu? menu = null;
        var problem = "";
        try
        {
            menu = BootCatalog.Find(tree.Root);
        }
        catch (Exception error) when (error is BootCatalogException or IOException or UnauthorizedAccessException)
        {
            problem = error.Message;
        }

        return new BootSetup(LoaderOf(tree, firmware, menu, efi, grub), menu, problem, efi, grub);
    }

    // Ask the firmware first, then the configuration in which the boot library found the entry, then look for installed programs.
    private static LoaderKind LoaderOf(LaptopTree tree, Firmware firmware, BootMenu? menu, string? efi, string? grub) =>
        firmware.Loader.StartsWith("systemd-boot", StringComparison.Ordinal) ? LoaderKind.SystemdBoot
        : firmware.Loader.StartsWith("GRUB", StringComparison.Ordinal) ? LoaderKind.Grub
        : menu?.Default.Source is { } source && KindOf(source, grub is not null) is var known and not LoaderKind.Unknown ? known
        : grub is not null ? LoaderKind.Grub
        : efi is not null && tree.HasDirectory($"{efi}/EFI/systemd") ? LoaderKind.SystemdBoot
        : LoaderKind.Unknown;

    private static LoaderKind KindOf(string source, bool hasGrub) =>
        source.EndsWith("grub.cfg", StringComparison.Ordinal) || source.EndsWith("custom.cfg", StringComparison.Ordinal) ? LoaderKind.Grub
        : source.Contains("/loader/", StringComparison.Ordinal) ? hasGrub ? LoaderKind.Unknown : LoaderKind.SystemdBoot
        : source.Contains("linux.c", StringComparison.Ordinal) ? LoaderKind.Extlinux
        : source.EndsWith(".efi", StringComparison.OrdinalIgnoreCase) ? LoaderKind.UnifiedImages
        : LoaderKind.Unknown;

    /// <summary>The mount of the file system that holds a directory; null if unknown.</summary>
    public static MountEntry? MountOf(LaptopTree tree, string directory)
    {
        var mounts = MountTable.Parse(tree.Text("proc/self/mountinfo") ?? "");
        return mounts.Where(mount => mount.Directory == "/" || directory == mount.Directory || directory.StartsWith(mount.Directory + "/", StringComparison.Ordinal))
            .Select(mount => (MountEntry?)mount)
            .OrderBy(mount => mount!.Value.Directory.Length)
            .LastOrDefault();
    }
}
