using Stiefel.Linux.Programs;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Encrypted;

/// <summary>
/// Disks that only a kernel with device-mapper can make, so a virtual machine with Debian makes them: laptops' disks with /boot and root in LUKS, and
/// small disks with a boot partition in LUKS, LVM and RAID in other combinations.
/// </summary>
/// <param name="LvmInLuks">A laptop as Debian's installer lays it out.</param>
/// <param name="DracutInLuks">A laptop with everything in one file system, and an initramfs that contains systemd.</param>
/// <param name="Wrapped">The paths of the small disks, by the name of what wraps their boot partition.</param>
internal sealed record EncryptedDisks(EncryptedLaptop LvmInLuks, EncryptedLaptop DracutInLuks, IReadOnlyDictionary<string, string> Wrapped)
{
    /// <summary>The passphrase of all these disks. It contains characters that shells and consoles treat specially.</summary>
    public const string Passphrase = "correct $horse 'b4ttery'";

    /// <summary>The label of the laptop's LUKS partition.</summary>
    public const string Label = "laptop-disk";

    private const string DiskLength = "2560M";
    private const string SmallDiskLength = "96M";

    // Part of the cache's key; raise it when the steps below change.
    private const string Revision = "2";

    private static readonly TimeSpan s_copying = TimeLimits.Seconds(400);
    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(300) };

    // A cheap key derivation: emulated processors are slow, and nothing here is secret.
    private const string Prepare = """
        cat >/root/lib.sh <<'END'
        set -e
        P=/root/passphrase
        format() { cryptsetup luksFormat -q --key-file $P "$@"; }
        cheap='--pbkdf pbkdf2 --pbkdf-force-iterations 1000'
        argon2id='--pbkdf argon2id --pbkdf-memory 65536 --pbkdf-parallel 1 --pbkdf-force-iterations 4'
        unwrap() { cryptsetup open --key-file $P "$1" "$2"; }
        fill() { dd if=/dev/disk/by-id/virtio-boot of="$1" bs=1M status=none; }
        root() { e2image -ra "/dev/disk/by-id/virtio-$1" "$2" 2>/dev/null; mkdir -p /mnt/t; mount "$2" /mnt/t; }
        grub() {
        for d in proc sys dev run; do mount --rbind /$d /mnt/t/$d; done
        chroot /mnt/t update-grub
        for d in run dev sys proc; do umount -l /mnt/t/$d; done
        grep -m1 "$1" /mnt/t/boot/grub/grub.cfg
        }
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

    // The sets of disks that are made together, each in a cached directory of its own.
    private static readonly EncryptedSet s_usual = new("encrypted-disks", directory => [EncryptedLaptop.LvmInLuks(directory), EncryptedLaptop.DracutInLuks(directory)], s_wrapped);
    private static readonly EncryptedSet s_long = new("dracut-lvm-disks", directory => [EncryptedLaptop.DracutLvmInLuks(directory)], []);

    /// <summary>The disks, from the cache or made now (about four minutes, the Debian packages included).</summary>
    /// <param name="cache">The cache that keeps them.</param>
    /// <param name="boot">The content of the small disks' boot partition.</param>
    /// <param name="report">Receives a line before each step that takes long.</param>
    /// <param name="token">Cancels the work.</param>
    public static async Task<EncryptedDisks> GetAsync(BuildCache cache, IReadOnlyDictionary<string, byte[]> boot, Action<string> report, CancellationToken token)
    {
        var directory = await GetAsync(s_usual, cache, await DebianTree.GetAsync(cache, InitramfsMaker.Dracut, report, token), boot, report, token);
        return new(EncryptedLaptop.LvmInLuks(directory), EncryptedLaptop.DracutInLuks(directory), s_usual.WrappedImages(directory));
    }

    /// <summary>The laptop with LVM in LUKS and dracut's initramfs, which only a long test starts.</summary>
    /// <inheritdoc cref="GetAsync(BuildCache, IReadOnlyDictionary{string, byte[]}, Action{string}, CancellationToken)"/>
    public static async Task<EncryptedLaptop> GetDracutLvmInLuksAsync(BuildCache cache, IReadOnlyDictionary<string, byte[]> boot, Action<string> report, CancellationToken token) =>
        EncryptedLaptop.DracutLvmInLuks(await GetAsync(s_long, cache, await EncryptedLaptop.DracutLvmTreeAsync(cache, report, token), boot, report, token));

    /// <summary>Types the passphrase on a desktop whose user is asked for it, waits until it has booted from the disk, and logs in.</summary>
    public static async Task<ConsoleShell> UnlockAndLogInAsync(Desktop desktop, CancellationToken token)
    {
        await desktop.WaitForPhaseAsync("locked", TimeLimits.FirmwareStart, token);
        await desktop.Console.WaitForAsync("Passphrase of the laptop's disk: ", TimeLimits.Command, token);
        await desktop.Console.SendLineAsync(Passphrase, token);
        await desktop.WaitForPhaseAsync("granted", TimeLimits.Fetch, token);
        await desktop.WaitForPhaseAsync("executing", TimeLimits.Fetch, token);
        return await desktop.LogInToPayloadAsync(token);
    }

    private static async Task<string> GetAsync(
        EncryptedSet set, BuildCache cache, string dracut, IReadOnlyDictionary<string, byte[]> boot, Action<string> report, CancellationToken token)
    {
        var debian = await EncryptedLaptop.DebianTreeAsync(cache, report, token);
        string[] inputs =
        [
            Revision, .. new[] { debian, dracut }.Select(tree => Path.GetFileName(Path.GetDirectoryName(tree)!)), DiskLength, SmallDiskLength, Prepare,
            .. set.Laptops("").Select(laptop => laptop.Install), .. set.Wrapped.Select(disk => disk.Commands), .. boot.Select(file => $"{file.Key} {Convert.ToHexString(file.Value)}"),
        ];
        return await cache.GetAsync(set.Name, inputs, async unfinished =>
        {
            report("making encrypted disks in a virtual machine (once; some three minutes)");
            await MakeAsync(set, unfinished, debian, dracut, boot, token);
        });
    }

    private static async Task MakeAsync(EncryptedSet set, string directory, string debian, string dracut, IReadOnlyDictionary<string, byte[]> boot, CancellationToken token)
    {
        var bootImage = Path.Combine(directory, "boot.img");
        var debianRoot = Path.Combine(directory, "debian.img");
        var dracutRoot = Path.Combine(directory, "dracut.img");
        await WriteRootAsync(directory, debianRoot, debian, _ => Task.CompletedTask, token);
        await WriteRootAsync(directory, dracutRoot, dracut, _ => Task.CompletedTask, token);
        var installer = await WriteInstallerAsync(directory, debian, token);
        await WriteBootAsync(directory, bootImage, boot, token);

        foreach (var laptop in set.Laptops(directory))
        {
            await PartitionAsync(laptop.Image, DiskLength, ["-n", "1:0:+32M", "-t", "1:EF00", "-n", "2:0:0", "-t", "2:8309"], token);
        }

        foreach (var small in set.WrappedImages(directory).Values)
        {
            await PartitionAsync(small, SmallDiskLength, ["-n", "1:0:0", "-t", "1:8300"], token);
        }

        await RunInstallerAsync(installer, [("boot", bootImage), ("debian", debianRoot), ("dracut", dracutRoot)], set, token);
        foreach (var file in new[] { InstallerImage(directory), bootImage, debianRoot, dracutRoot, installer.Kernel, installer.Initrd })
        {
            File.Delete(file);
        }
    }

    private static string InstallerImage(string directory) => Path.Combine(directory, "installer.img");

    private static async Task WriteRootAsync(string directory, string image, string tree, Func<string, Task> changeAsync, CancellationToken token)
    {
        var root = Path.Combine(directory, "root");
        Directory.CreateDirectory(root);
        await ExternalProgram.RunAsync("tar", ["--numeric-owner", "--xattrs", "--xattrs-include=*", "-C", root, "-xf", tree], s_options, token);
        await changeAsync(root);
        await Ext4Image.CreateAsync(image, root, token);
        Directory.Delete(root, recursive: true);
    }

    /// <summary>Writes the system of the machine that makes the disks; its own disk is not encrypted.</summary>
    private static async Task<Startup.DirectKernel> WriteInstallerAsync(string directory, string tree, CancellationToken token)
    {
        var kernel = Path.Combine(directory, "vmlinuz");
        var initrd = Path.Combine(directory, "initrd.img");
        await WriteRootAsync(directory, InstallerImage(directory), tree, async root =>
        {
            File.Copy(Directory.GetFiles(Path.Combine(root, "boot"), "vmlinuz-*").Single(), kernel);
            File.Copy(Directory.GetFiles(Path.Combine(root, "boot"), "initrd.img-*").Single(), initrd);
            await File.WriteAllTextAsync(Path.Combine(root, "root/passphrase"), Passphrase, token);
            await File.WriteAllTextAsync(Path.Combine(root, "etc/fstab"), "", token);
            await File.WriteAllTextAsync(Path.Combine(root, "etc/crypttab"), "", token);
        }, token);
        return new Startup.DirectKernel(kernel, initrd, $"root=/dev/vda rw console=ttyS0,115200 {QemuCommandLine.QuickKernel} {QemuCommandLine.SureTimer} quiet");
    }

    private static async Task WriteBootAsync(string directory, string image, IReadOnlyDictionary<string, byte[]> boot, CancellationToken token)
    {
        var content = Path.Combine(directory, "boot");
        foreach ((var path, var bytes) in boot)
        {
            var file = Path.Combine(content, path);
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

    private static async Task RunInstallerAsync(Startup.DirectKernel installer, IReadOnlyList<(string Serial, string Image)> sources, EncryptedSet set, CancellationToken token)
    {
        var directory = Path.GetDirectoryName(installer.Kernel)!;
        using var scratch = new RunDirectory();
        var options = new VirtualMachineOptions
        {
            Name = "installer",
            Startup = installer,
            Disks =
            [
                new VirtualDisk(InstallerImage(directory)),
                .. sources.Select(source => new VirtualDisk(source.Image, ReadOnly: true) { Serial = source.Serial }),
                .. set.Laptops(directory).Select(laptop => new VirtualDisk(laptop.Image) { Serial = laptop.Name }),
                .. set.WrappedImages(directory).Select(disk => new VirtualDisk(disk.Value) { Serial = disk.Key }),
            ],
            EndOnReset = true,
            LogDirectory = scratch.Path,
            RunDirectory = scratch.Path,
        };
        await using var machine = await VirtualMachine.StartAsync(options, new RunClock(), (_, _) => { }, token);
        var shell = await ConsoleShell.LogInAsync(machine.Name, machine.Console, "root", DebianTree.RootPassword, TimeLimits.Login, token);
        await shell.RunAsync(Prepare, token);
        foreach ((var name, var commands) in set.Wrapped)
        {
            await shell.RunAsync($"( . /root/lib.sh; D=/dev/disk/by-id/virtio-{name}-part1; {commands} )", token, s_copying);
        }

        foreach (var laptop in set.Laptops(directory))
        {
            await shell.RunAsync($"( . /root/lib.sh\n{laptop.Install}\n)", token, s_copying);
        }

        await shell.StartAsync("systemctl poweroff", token);
        await machine.WaitForEndAsync(TimeLimits.PowerOff, token);
    }
}
