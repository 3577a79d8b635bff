using Stiefel.Linux.Programs;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// The disk of a laptop with BIOS and extlinux: an MBR and one file system with root and /boot. The entry that DEFAULT names is the second.
/// </summary>
/// <param name="FileSystem">The type of the file system.</param>
/// <param name="Maker">The program that makes the initramfs.</param>
/// <param name="Subvolume">The path of the root's directory in the file system; empty if it is the top.</param>
/// <param name="Flags">The kernel's and fstab's options for the root; empty for none.</param>
internal sealed record ExtlinuxDisk(string FileSystem, InitramfsMaker Maker, string Subvolume, string Flags)
{
    /// <summary>The last argument of the entry that extlinux starts.</summary>
    public const string Configured = "entry=configured";

    /// <summary>A root in a subvolume of btrfs, with dracut. extlinux itself is not installed, since it cannot read what mkfs.btrfs makes today.</summary>
    public static readonly ExtlinuxDisk OnBtrfs = new("btrfs", InitramfsMaker.Dracut, "/@", "subvol=@");

    /// <summary>A root in ext4, with initramfs-tools, which BIOS and extlinux start.</summary>
    public static readonly ExtlinuxDisk OnExt4 = new("ext4", InitramfsMaker.InitramfsTools, "", "");

    private const string RootUuid = "5a1e0051-7a9d-4c1e-9b57-0d2f4c6e8a10";
    private const string DiskLength = "3072M";
    private const string BootCode = "/usr/lib/EXTLINUX/mbr.bin";

    // Part of the cache's key; raise it when the steps below change.
    private const string Revision = "2";

    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(300) };

    /// <summary>The arguments that extlinux would give the kernel.</summary>
    public string CommandLine(string entry) =>
        $"root=UUID={RootUuid} ro {(Flags.Length > 0 ? $"rootflags={Flags} " : "")}console=tty0 console=ttyS0,115200 {QemuCommandLine.QuickKernel} {QemuCommandLine.SureTimer} quiet {entry}";

    private bool IsInstalled => Subvolume.Length == 0;

    // As Debian's extlinux-update writes it, into one file. extlinux counts paths from the subvolume that it was installed in.
    private string Menu =>
        $"""
        DEFAULT l1
        PROMPT 0
        TIMEOUT 50
        LABEL l0
            MENU LABEL Debian GNU/Linux (recovery mode)
            LINUX /boot/vmlinuz
            INITRD /boot/initrd.img
            APPEND {CommandLine("single")}
        LABEL l1
            MENU LABEL Debian GNU/Linux
            LINUX /boot/vmlinuz
            INITRD /boot/initrd.img
            APPEND {CommandLine(Configured)}

        """;

    /// <summary>Returns the file tree on the disk, as a tar file from the cache or made now.</summary>
    public Task<string> TreeAsync(BuildCache cache, Action<string> report, CancellationToken token) =>
        DebianTree.GetAsync(cache, Maker, IsInstalled ? ["extlinux"] : [], "", report, token);

    /// <summary>Returns the image, from the cache or made now (about half a minute besides the Debian packages); it must not be changed.</summary>
    public async Task<string> GetAsync(BuildCache cache, Action<string> report, CancellationToken token)
    {
        var tree = await TreeAsync(cache, report, token);
        var directory = await cache.GetAsync("extlinux-disk", [Revision, tree, DiskLength, Menu], unfinished => MakeAsync(unfinished, tree, token));
        return Path.Combine(directory, "disk.img");
    }

    private async Task MakeAsync(string directory, string tree, CancellationToken token)
    {
        var image = new DiskImage(Path.Combine(directory, "disk.img"));
        var (mount, menu) = (Directory.CreateDirectory(Path.Combine(directory, "mnt")).FullName, Path.Combine(directory, "extlinux.conf"));
        await File.WriteAllTextAsync(menu, Menu, token);
        await ExternalProgram.RunAsync("truncate", ["-s", DiskLength, image.Path], s_options, token);
        await ExternalProgram.RunAsync("sh", ["-ec", $"echo '2048,,83,*' | sfdisk -q --label dos '{image.Path}'"], s_options, token);
        await image.UseAsync(1, device => ExternalProgram.RunAsync("sh", ["-ec", Fill(mount, tree, menu), "fill", device], s_options, token), token);
        if (IsInstalled)
        {
            // The boot code ends where the partition table begins.
            await ExternalProgram.RunAsync("dd", [$"if={BootCode}", $"of={image.Path}", "bs=440", "count=1", "conv=notrunc", "status=none"], s_options, token);
        }

        Directory.Delete(mount);
        File.Delete(menu);
    }

    private string Fill(string mount, string tree, string menu) =>
        $"""
        trap "umount '{mount}' 2>/dev/null || true" EXIT
        mkfs.{FileSystem} -q -U {RootUuid} "$1"
        mount -t {FileSystem} "$1" '{mount}'
        [ -z '{Subvolume}' ] || btrfs -q subvolume create '{mount}{Subvolume}'
        tar --numeric-owner --xattrs '--xattrs-include=*' -C '{mount}{Subvolume}' -xf '{tree}'
        cd '{mount}{Subvolume}/boot'
        ln -s vmlinuz-* vmlinuz
        ln -s initrd.img-* initrd.img
        rm -r grub efi
        install -D -m 644 '{menu}' extlinux/extlinux.conf
        echo 'UUID={RootUuid} / {FileSystem} {(Flags.Length > 0 ? Flags : "defaults")} 0 {(FileSystem == "ext4" ? 1 : 0)}' >'{mount}{Subvolume}/etc/fstab'
        {(IsInstalled ? $"mountpoint -q '{mount}' && extlinux --install extlinux" : "")}
        cd /
        """;
}
