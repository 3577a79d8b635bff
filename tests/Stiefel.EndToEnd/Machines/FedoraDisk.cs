using System.Globalization;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// The disk of a laptop as Fedora's installer lays it out, but with Debian's packages: a GRUB stub on the EFI System partition, /boot with Boot Loader
/// Specification entries and GRUB's environment, and the root in a btrfs subvolume. `saved_entry` names the second of three entries.
/// </summary>
internal static class FedoraDisk
{
    /// <summary>The last argument of each entry, in the menu's order: the newest first; the rescue entry follows them.</summary>
    public const string Newest = "entry=newest", Saved = "entry=saved";

    private const string BootUuid = "5a1e0012-7a9d-4c1e-9b57-0d2f4c6e8a10";
    private const string RootUuid = "5a1e0011-7a9d-4c1e-9b57-0d2f4c6e8a10";
    private const string EfiSerial = "5A1E0013";
    private const string DiskLength = "3072M";

    // Part of the cache's key; raise it when the steps below change.
    private const string Revision = "1";

    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(300) };

    // The stub that gen_grub_cfgstub of Fedora's grub2-tools writes.
    private const string Stub = $"search --no-floppy --root-dev-only --fs-uuid --set=dev {BootUuid}\nset prefix=($dev)/grub2\nexport $prefix\nconfigfile $prefix/grub.cfg\n";

    // Fedora's grub.cfg without its screens and colours.
    private const string Script = $$"""
        if [ -f ${config_directory}/grubenv ]; then
          load_env -f ${config_directory}/grubenv
        elif [ -s $prefix/grubenv ]; then
          load_env
        fi
        if [ "${next_entry}" ] ; then
           set default="${next_entry}"
           set next_entry=
           save_env next_entry
        else
           set default="${saved_entry}"
        fi
        search --no-floppy --fs-uuid --set=root {{BootUuid}}
        if [ -z "${kernelopts}" ]; then
          set kernelopts="root=UUID={{RootUuid}} ro rootflags=subvol=root "
        fi
        insmod blscfg
        blscfg

        """;

    private static string Arguments => $"root=UUID={RootUuid} ro rootflags=subvol=root console=tty0 console=ttyS0,115200 {QemuCommandLine.QuickKernel} quiet";

    /// <summary>The arguments that GRUB would give the kernel.</summary>
    public static string CommandLine(string entry) => $"{Arguments} {entry}";

    /// <summary>Returns the image, from the cache or made now (about half a minute besides the Debian packages); it must not be changed.</summary>
    public static async Task<string> GetAsync(BuildCache cache, Action<string> report, CancellationToken token)
    {
        var tree = await DebianTree.GetAsync(cache, InitramfsMaker.InitramfsTools, report, token);
        var directory = await cache.GetAsync("fedora-disk", [Revision, tree, DiskLength, Stub, Script, Arguments], unfinished => MakeAsync(unfinished, tree, token));
        return Path.Combine(directory, "disk.img");
    }

    private static async Task MakeAsync(string directory, string tree, CancellationToken token)
    {
        var image = new DiskImage(Path.Combine(directory, "disk.img"));
        await ExternalProgram.RunAsync("truncate", ["-s", DiskLength, image.Path], s_options, token);
        await ExternalProgram.RunAsync("sgdisk", ["-n", "1:0:+32M", "-t", "1:EF00", "-n", "2:0:+256M", "-t", "2:8300", "-n", "3:0:0", "-t", "3:8300", image.Path], s_options, token);
        var partitions = await image.PartitionsAsync(token);
        await WriteStubAsync(directory, image.Path, partitions[0], token);
        var boot = Directory.CreateDirectory(Path.Combine(directory, "boot")).FullName;
        await WriteRootAsync(directory, image.Path, partitions[2], tree, token);
        WriteBoot(boot);
        await Ext4Image.FillAsync(image.Path, partitions[1], BootUuid, boot, token);
        Directory.Delete(boot, recursive: true);
    }

    private static async Task WriteStubAsync(string directory, string image, Partition efi, CancellationToken token)
    {
        var stub = Path.Combine(directory, "stub.cfg");
        await File.WriteAllTextAsync(stub, Stub, token);
        await ExternalProgram.RunAsync("mkfs.fat", ["-F", "16", "-i", EfiSerial, "--offset", $"{efi.Offset / 512}", image, $"{efi.Length / 1024}"], s_options, token);
        var place = string.Create(CultureInfo.InvariantCulture, $"{image}@@{efi.Offset}");
        await ExternalProgram.RunAsync("mmd", ["-i", place, "::/EFI", "::/EFI/fedora"], s_options, token);
        await ExternalProgram.RunAsync("mcopy", ["-i", place, stub, "::/EFI/fedora/grub.cfg"], s_options, token);
        File.Delete(stub);
    }

    /// <summary>Writes the system into its subvolume, and moves the kernel and initrd of its /boot into a directory beside the image.</summary>
    private static async Task WriteRootAsync(string directory, string image, Partition root, string tree, CancellationToken token)
    {
        var mount = Directory.CreateDirectory(Path.Combine(directory, "mnt")).FullName;
        var script = $"""
            device=$(losetup --find --show --offset {root.Offset} --sizelimit {root.Length} '{image}')
            trap "umount '{mount}' 2>/dev/null || true; losetup -d $device" EXIT
            mkfs.btrfs -q -U {RootUuid} $device
            mount -t btrfs $device '{mount}'
            btrfs -q subvolume create '{mount}/root'
            btrfs -q subvolume create '{mount}/home'
            tar --numeric-owner --xattrs '--xattrs-include=*' -C '{mount}/root' -xf '{tree}'
            cp '{mount}'/root/boot/vmlinuz-* '{directory}/boot/vmlinuz'
            cp '{mount}'/root/boot/initrd.img-* '{directory}/boot/initramfs.img'
            rm -rf '{mount}'/root/boot/*
            mkdir -p '{mount}/root/boot/efi'
            printf '%s\n' 'UUID={RootUuid} / btrfs subvol=root 0 0' 'UUID={BootUuid} /boot ext4 defaults 0 2' 'UUID={RootUuid} /home btrfs subvol=home 0 0' >'{mount}/root/etc/fstab'
            """;
        await ExternalProgram.RunAsync("sh", ["-ec", script], s_options, token);
        Directory.Delete(mount);
    }

    private static void WriteBoot(string boot)
    {
        foreach (var name in (string[])["loader/entries", "grub2", "efi"])
        {
            Directory.CreateDirectory(Path.Combine(boot, name));
        }

        void Entry(string id, string title, string options) => File.WriteAllText(
            Path.Combine(boot, $"loader/entries/m-{id}.conf"),
            $"title {title}\nversion {id}\nlinux /vmlinuz\ninitrd /initramfs.img $tuned_initrd\noptions {options} $tuned_params\ngrub_users $grub_users\ngrub_arg --unrestricted\ngrub_class fedora\n");
        Entry("6.8.9-300.fc40.x86_64", "Fedora Linux (6.8.9-300.fc40.x86_64) 40", CommandLine(Saved));
        Entry("6.10.2-300.fc40.x86_64", "Fedora Linux (6.10.2-300.fc40.x86_64) 40", CommandLine(Newest));
        Entry("0-rescue", "Fedora Linux (0-rescue) 40", CommandLine("entry=rescue"));
        File.WriteAllText(Path.Combine(boot, "grub2/grub.cfg"), Script);
        File.WriteAllText(Path.Combine(boot, "grub2/grubenv"), "# GRUB Environment Block\nsaved_entry=m-6.8.9-300.fc40.x86_64\nmenu_auto_hide=1\nboot_success=1\n".PadRight(1024, '#'));
    }
}
