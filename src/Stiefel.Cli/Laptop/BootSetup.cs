using Stiefel.BootFiles.Catalog;
using Stiefel.Linux.Mounts;

namespace Stiefel.Cli.Laptop;

/// <summary>Which program starts the laptop's system.</summary>
internal enum LoaderKind
{
    /// <summary>None that is known.</summary>
    Unknown,

    /// <summary>GNU GRUB.</summary>
    Grub,

    /// <summary>systemd-boot.</summary>
    SystemdBoot,

    /// <summary>extlinux, syslinux.</summary>
    Extlinux,

    /// <summary>The firmware itself starts unified kernel images.</summary>
    UnifiedImages,
}

/// <summary>How the laptop starts.</summary>
/// <param name="Loader">The boot loader.</param>
/// <param name="Menu">What it would boot; null if nothing was found.</param>
/// <param name="Problem">Why not; empty if something was.</param>
/// <param name="EfiDirectory">Where the EFI System partition is mounted, from the tree's top; null if it is not to be seen.</param>
/// <param name="GrubDirectory">Where GRUB's configuration is (`/boot/grub`); null without one.</param>
internal sealed record BootSetup(LoaderKind Loader, BootMenu? Menu, string Problem, string? EfiDirectory, string? GrubDirectory)
{
    private static readonly string[] s_efiDirectories = ["/boot/efi", "/efi", "/boot"];
    private static readonly string[] s_grubDirectories = ["/boot/grub", "/boot/grub2"];

    /// <summary>What the loader is called.</summary>
    public string Name => Loader switch
    {
        LoaderKind.Grub => "GRUB",
        LoaderKind.SystemdBoot => "systemd-boot",
        LoaderKind.Extlinux => "extlinux",
        LoaderKind.UnifiedImages => "the firmware (unified kernel images)",
        _ => "unknown",
    };

    /// <summary>Reads it.</summary>
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

    // What the firmware says first; then the configuration that the boot library took the entry from; then what is installed.
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

    /// <summary>The file system that a directory is on; null if the kernel does not tell.</summary>
    public static MountEntry? MountOf(LaptopTree tree, string directory)
    {
        var mounts = MountTable.Parse(tree.Text("proc/self/mountinfo") ?? "");
        return mounts.Where(mount => mount.Directory == "/" || directory == mount.Directory || directory.StartsWith(mount.Directory + "/", StringComparison.Ordinal))
            .Select(mount => (MountEntry?)mount)
            .OrderBy(mount => mount!.Value.Directory.Length)
            .LastOrDefault();
    }
}
