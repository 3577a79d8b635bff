using Stiefel.Cli.Vm.Consoles;
using Stiefel.Cli.Vm.Machines;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Vm.Disks;

/// <summary>
/// Disks that only a kernel with device-mapper can make, and therefore a virtual machine with Debian in it does: a laptop's disk with /boot
/// and root in LVM in LUKS, as Debian's installer lays it out, and small disks with a boot partition wrapped in every other way.
/// </summary>
/// <param name="LaptopImage">The laptop's disk; not to be changed.</param>
/// <param name="Wrapped">The small ones, by what they are wrapped in.</param>
internal sealed record EncryptedDisks(string LaptopImage, IReadOnlyDictionary<string, string> Wrapped)
{
    /// <summary>Opens every LUKS of these disks. It holds what shells and consoles treat specially.</summary>
    public const string Passphrase = "correct $horse 'b4ttery'";

    /// <summary>The label of the laptop's LUKS.</summary>
    public const string Label = "laptop-disk";

    /// <summary>What the laptop's root is called.</summary>
    public const string RootDevice = "/dev/mapper/laptop--vg-root";

    private const string DiskLength = "2560M";
    private const string SmallDiskLength = "96M";

    // Part of the cache's key; raise it when the steps below change.
    private const string Revision = "1";

    private static readonly string[] s_packages = ["cryptsetup-initramfs", "lvm2", "mdadm"];
    private static readonly TimeSpan s_copying = TimeLimits.Seconds(400);
    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.Seconds(300) };

    private const string LuksUuid = "5a1e0004-7a9d-4c1e-9b57-0d2f4c6e8a10";

    // As Debian's installer writes them for "encrypted LVM", with /boot inside too; and an initramfs that knows them. The option `initramfs`
    // is for a chroot, where the devices are not to be seen.
    private const string Tables = $$"""

        echo '/dev/mapper/laptop--vg-root / ext4 errors=remount-ro 0 1' >"$1/etc/fstab"
        echo '/dev/mapper/laptop--vg-boot /boot ext4 defaults 0 2' >>"$1/etc/fstab"
        echo 'laptop_crypt UUID={{LuksUuid}} none luks,initramfs' >"$1/etc/crypttab"
        chroot "$1" update-initramfs -u -k all
        """;

    // A cheap key derivation: emulated processors are slow, and nothing here is secret.
    private const string Prepare = """
        cat >/root/lib.sh <<'END'
        set -e
        P=/root/passphrase
        format() { cryptsetup luksFormat -q --key-file $P "$@"; }
        cheap='--pbkdf pbkdf2 --pbkdf-force-iterations 1000'
        unwrap() { cryptsetup open --key-file $P "$1" "$2"; }
        fill() { dd if=/dev/disk/by-id/virtio-boot of="$1" bs=1M status=none; }
        END
        modprobe -a dm-crypt dm-mod raid1
        """;

    private static readonly (string Name, string Commands)[] s_wrapped =
    [
        ("luks1", "format --type luks1 --iter-time 100 $D; unwrap $D one; fill /dev/mapper/one; sync; cryptsetup close one"),
        ("lvm", "pvcreate -q $D; vgcreate -q plain-vg $D; lvcreate -qy -n swap -L 8M plain-vg; lvcreate -qy -n boot -L 40M plain-vg; fill /dev/plain-vg/boot; sync; vgchange -q -an plain-vg"),
        ("luks-on-lvm", "pvcreate -q $D; vgcreate -q outer $D; lvcreate -qy -n inner -L 60M outer; format --type luks2 $cheap --label inner-label /dev/outer/inner; unwrap /dev/outer/inner two; fill /dev/mapper/two; sync; cryptsetup close two; vgchange -q -an outer"),
        ("raid", "mdadm --create /dev/md/test --run --metadata=1.2 --homehost=any --level=1 --raid-devices=2 $D missing; fill /dev/md/test; sync; mdadm --stop /dev/md/test"),
        ("btrfs-in-luks", "format --type luks2 $cheap $D; unwrap $D three; mkfs.btrfs -q -M /dev/mapper/three; mkdir -p /mnt/b; mount /dev/mapper/three /mnt/b; btrfs -q subvolume create /mnt/b/@; mkdir /mnt/e; mount -o ro /dev/disk/by-id/virtio-boot /mnt/e; mkdir /mnt/b/@/boot; cp -r /mnt/e/. /mnt/b/@/boot; sed -i 's| /| /@/boot/|' /mnt/b/@/boot/grub/grub.cfg; umount /mnt/b /mnt/e; cryptsetup close three"),
    ];

    /// <summary>The disks, from the cache or made now (about four minutes, the Debian packages included).</summary>
    /// <param name="cache">Where they are kept.</param>
    /// <param name="boot">The content of the small disks' boot partition.</param>
    /// <param name="report">Told what takes long.</param>
    /// <param name="token">Ends it.</param>
    public static async Task<EncryptedDisks> GetAsync(BuildCache cache, IReadOnlyDictionary<string, byte[]> boot, Action<string> report, CancellationToken token)
    {
        string tree = await TreeAsync(cache, report, token);
        string[] inputs = [Revision, Path.GetFileName(Path.GetDirectoryName(tree)!), DiskLength, SmallDiskLength, Prepare, Install, .. s_wrapped.Select(disk => disk.Commands), .. boot.Select(file => $"{file.Key} {Convert.ToHexString(file.Value)}")];
        string directory = await cache.GetAsync("encrypted-disks", inputs, async unfinished =>
        {
            report("making encrypted disks in a virtual machine (once; some two minutes)");
            await MakeAsync(unfinished, tree, boot, token);
        });
        return Describe(directory);
    }

    internal static Task<string> TreeAsync(BuildCache cache, Action<string> report, CancellationToken token)
        => DebianTree.GetAsync(cache, PayloadInitrd.InitramfsTools, s_packages, Tables, report, token);

    private static EncryptedDisks Describe(string directory) => new(
        Path.Combine(directory, "laptop.img"),
        s_wrapped.ToDictionary(disk => disk.Name, disk => Path.Combine(directory, disk.Name + ".img")));

    private static async Task MakeAsync(string directory, string tree, IReadOnlyDictionary<string, byte[]> boot, CancellationToken token)
    {
        string installer = Path.Combine(directory, "installer.img");
        string bootImage = Path.Combine(directory, "boot.img");
        string laptopRoot = Path.Combine(directory, "root.img");
        await WriteInstallerAsync(directory, installer, laptopRoot, tree, token);
        await WriteBootAsync(directory, bootImage, boot, token);

        EncryptedDisks disks = Describe(directory);
        await PartitionAsync(disks.LaptopImage, DiskLength, ["-n", "1:0:+32M", "-t", "1:EF00", "-n", "2:0:0", "-t", "2:8309"], token);
        foreach (string small in disks.Wrapped.Values)
        {
            await PartitionAsync(small, SmallDiskLength, ["-n", "1:0:0", "-t", "1:8300"], token);
        }

        await RunInstallerAsync(directory, installer, [("boot", bootImage), ("root", laptopRoot)], disks, token);
        foreach (string file in new[] { installer, bootImage, laptopRoot, Path.Combine(directory, "vmlinuz"), Path.Combine(directory, "initrd.img") })
        {
            File.Delete(file);
        }
    }

    private static async Task WriteInstallerAsync(string directory, string image, string laptopRoot, string tree, CancellationToken token)
    {
        string root = Path.Combine(directory, "root");
        Directory.CreateDirectory(root);
        await ExternalProgram.RunAsync("tar", ["--numeric-owner", "--xattrs", "--xattrs-include=*", "-C", root, "-xf", tree], s_options, token);
        File.Copy(Directory.GetFiles(Path.Combine(root, "boot"), "vmlinuz-*").Single(), Path.Combine(directory, "vmlinuz"));
        File.Copy(Directory.GetFiles(Path.Combine(root, "boot"), "initrd.img-*").Single(), Path.Combine(directory, "initrd.img"));
        await Ext4Image.CreateAsync(laptopRoot, root, token);

        // The installer's own system is no encrypted one.
        await File.WriteAllTextAsync(Path.Combine(root, "root/passphrase"), Passphrase, token);
        await File.WriteAllTextAsync(Path.Combine(root, "etc/fstab"), "", token);
        await File.WriteAllTextAsync(Path.Combine(root, "etc/crypttab"), "", token);
        await Ext4Image.CreateAsync(image, root, token);
        Directory.Delete(root, recursive: true);
    }

    private static async Task WriteBootAsync(string directory, string image, IReadOnlyDictionary<string, byte[]> boot, CancellationToken token)
    {
        string content = Path.Combine(directory, "boot");
        foreach ((string path, byte[] bytes) in boot)
        {
            string file = Path.Combine(content, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, bytes, token);
        }

        await Ext4Image.CreateAsync(image, content, token);
        Directory.Delete(content, recursive: true);
    }

    private static async Task PartitionAsync(string image, string length, IReadOnlyList<string> table, CancellationToken token)
    {
        await ExternalProgram.RunAsync("truncate", ["-s", length, image], s_options, token);
        await ExternalProgram.RunAsync("sgdisk", [.. table, image], s_options, token);
    }

    private static async Task RunInstallerAsync(string directory, string installer, IReadOnlyList<(string Serial, string Image)> sources, EncryptedDisks disks, CancellationToken token)
    {
        using var scratch = new RunDirectory();
        var options = new VirtualMachineOptions
        {
            Name = "installer",
            Startup = new Startup.DirectKernel(Path.Combine(directory, "vmlinuz"), Path.Combine(directory, "initrd.img"), "root=/dev/vda rw console=ttyS0,115200 quiet"),
            Disks =
            [
                new VirtualDisk(installer),
                .. sources.Select(source => new VirtualDisk(source.Image, ReadOnly: true) { Serial = source.Serial }),
                new VirtualDisk(disks.LaptopImage) { Serial = "laptop" },
                .. disks.Wrapped.Select(disk => new VirtualDisk(disk.Value) { Serial = disk.Key }),
            ],
            EndOnReset = true,
            LogDirectory = scratch.Path,
            RunDirectory = scratch.Path,
        };
        await using VirtualMachine machine = await VirtualMachine.StartAsync(options, new RunClock(), (_, _) => { }, token);
        ConsoleShell shell = await ConsoleShell.LogInAsync(machine.Name, machine.Console, "root", DebianTree.RootPassword, TimeLimits.Login, token);
        await shell.RunAsync(Prepare, token);
        foreach ((string name, string commands) in s_wrapped)
        {
            await shell.RunAsync($"( . /root/lib.sh; D=/dev/disk/by-id/virtio-{name}-part1; {commands} )", token, s_copying);
        }

        await shell.RunAsync($"( . /root/lib.sh\n{Install}\n)", token, s_copying);
        await shell.StartAsync("systemctl poweroff", token);
        await machine.WaitForEndAsync(TimeLimits.PowerOff, token);
    }

    private const string Install = $$"""
        D=/dev/disk/by-id/virtio-laptop
        format --type luks2 $cheap --uuid {{LuksUuid}} --label {{Label}} $D-part2
        unwrap $D-part2 laptop_crypt
        pvcreate -q /dev/mapper/laptop_crypt; vgcreate -q laptop-vg /dev/mapper/laptop_crypt
        lvcreate -qy -n boot -L 256M laptop-vg; lvcreate -qy -n root -l 100%FREE laptop-vg
        mkfs.ext4 -q /dev/laptop-vg/boot; e2image -ra /dev/disk/by-id/virtio-root /dev/laptop-vg/root 2>/dev/null
        mkdir -p /mnt/t /mnt/u; mount /dev/laptop-vg/root /mnt/t; mount /dev/laptop-vg/boot /mnt/u
        mv /mnt/t/boot/* /mnt/u; umount /mnt/u; mount /dev/laptop-vg/boot /mnt/t/boot
        for d in proc sys dev run; do mount --rbind /$d /mnt/t/$d; done
        chroot /mnt/t update-grub
        grep -m1 'root={{RootDevice}} ' /mnt/t/boot/grub/grub.cfg
        for d in run dev sys proc; do umount -l /mnt/t/$d; done
        sync; umount /mnt/t/boot /mnt/t; vgchange -q -an laptop-vg; cryptsetup close laptop_crypt
        """;
}
