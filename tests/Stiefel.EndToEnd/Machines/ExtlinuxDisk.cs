using Stiefel.Linux.Programs;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// The disk of a laptop with BIOS and extlinux: an MBR, one btrfs with the root and its /boot in a subvolume, and dracut's initramfs. The entry that DEFAULT
/// names is the second.
/// </summary>
internal static class ExtlinuxDisk
{
    /// <summary>The last argument of the entry that extlinux starts.</summary>
    public const string Configured = "entry=configured";

    private const string RootUuid = "5a1e0051-7a9d-4c1e-9b57-0d2f4c6e8a10";
    private const string DiskLength = "3072M";

    // Part of the cache's key; raise it when the steps below change.
    private const string Revision = "1";

    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(300) };

    /// <summary>The arguments that extlinux would give the kernel.</summary>
    public static string CommandLine(string entry) =>
        $"root=UUID={RootUuid} ro rootflags=subvol=@ console=tty0 console=ttyS0,115200 {QemuCommandLine.QuickKernel} {QemuCommandLine.SureTimer} quiet {entry}";

    // As Debian's extlinux-update writes it, into one file.
    private static string Menu =>
        $"""
        DEFAULT l1
        PROMPT 0
        TIMEOUT 50
        LABEL l0
            MENU LABEL Debian GNU/Linux (recovery mode)
            LINUX /@/boot/vmlinuz
            INITRD /@/boot/initrd.img
            APPEND {CommandLine("single")}
        LABEL l1
            MENU LABEL Debian GNU/Linux
            LINUX /@/boot/vmlinuz
            INITRD /@/boot/initrd.img
            APPEND {CommandLine(Configured)}

        """;

    /// <summary>Returns the image, from the cache or made now (about half a minute besides the Debian packages); it must not be changed.</summary>
    public static async Task<string> GetAsync(BuildCache cache, Action<string> report, CancellationToken token)
    {
        var tree = await DebianTree.GetAsync(cache, InitramfsMaker.Dracut, report, token);
        var directory = await cache.GetAsync("extlinux-disk", [Revision, tree, DiskLength, Menu], unfinished => MakeAsync(unfinished, tree, token));
        return Path.Combine(directory, "disk.img");
    }

    private static async Task MakeAsync(string directory, string tree, CancellationToken token)
    {
        var image = new DiskImage(Path.Combine(directory, "disk.img"));
        var (mount, menu) = (Directory.CreateDirectory(Path.Combine(directory, "mnt")).FullName, Path.Combine(directory, "extlinux.conf"));
        await File.WriteAllTextAsync(menu, Menu, token);
        await ExternalProgram.RunAsync("truncate", ["-s", DiskLength, image.Path], s_options, token);
        await ExternalProgram.RunAsync("sh", ["-ec", $"echo '2048,,83,*' | sfdisk -q --label dos '{image.Path}'"], s_options, token);
        var fill = $"""
            trap "umount '{mount}' 2>/dev/null || true" EXIT
            mkfs.btrfs -q -U {RootUuid} "$1"
            mount -t btrfs "$1" '{mount}'
            btrfs -q subvolume create '{mount}/@'
            tar --numeric-owner --xattrs '--xattrs-include=*' -C '{mount}/@' -xf '{tree}'
            cd '{mount}/@/boot'
            mv vmlinuz-* vmlinuz
            mv initrd.img-* initrd.img
            rm -r grub efi
            install -D -m 644 '{menu}' extlinux/extlinux.conf
            echo 'UUID={RootUuid} / btrfs subvol=@ 0 0' >'{mount}/@/etc/fstab'
            cd /
            """;
        await image.UseAsync(1, device => ExternalProgram.RunAsync("sh", ["-ec", fill, "fill", device], s_options, token), token);
        Directory.Delete(mount);
        File.Delete(menu);
    }
}
