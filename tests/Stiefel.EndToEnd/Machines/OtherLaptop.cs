using System.Text.RegularExpressions;
using Stiefel.EndToEnd.Encrypted;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A laptop that differs from that of the other tests, as it is before set-up.</summary>
/// <param name="Image">Its disk, which must not be changed.</param>
/// <param name="Startup">How it starts its own system.</param>
/// <param name="Root">The device of its root, as its own system calls it.</param>
internal sealed partial record OtherLaptop(string Image, Startup Startup, string Root)
{
    private const string GrubMenu = "/boot/grub/custom.cfg", ExtlinuxMenu = "/boot/extlinux/extlinux.conf";

    /// <summary>True if its disk asks for a passphrase.</summary>
    public bool IsLocked { get; private init; }

    /// <summary>The file that set-up adds the boot entry to.</summary>
    public string Menu { get; private init; } = GrubMenu;

    /// <summary>The command that finds what set-up made of the boot menu.</summary>
    public string Entry => IsBootSmall ? "grep 'no boot entry is installed: /boot/grub has .* free' /root/set-up.txt" : $"grep -i stiefel {Menu}";

    /// <summary>True if /boot has no room for a second ramdisk, so that the laptop leaves by kexec only.</summary>
    public bool IsBootSmall { get; private init; }

    /// <summary>The release of Debian.</summary>
    public string Release { get; private init; } = DebianTree.Bookworm;

    /// <summary>The command that makes the boot loader start the entry once; null if that is another test's.</summary>
    public string? Once { get; private init; }

    /// <summary>Debian 13 with ext4 and GRUB.</summary>
    public static async Task<OtherLaptop> TrixieAsync(MachineParts parts, InitramfsMaker maker, BootLayout layout)
    {
        var disk = await parts.TrixieDiskAsync(maker, layout);
        return new(disk.ImagePath, new Startup.DirectKernel(disk.Kernel, disk.Initrd, disk.CommandLine), $"/dev/vda{disk.RootPartition}")
        {
            Release = DebianTree.Trixie,
            IsBootSmall = layout == BootLayout.Separate,
        };
    }

    /// <summary>Debian 12 with root in LVM in LUKS.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="tree">The tar file that is on it.</param>
    /// <param name="directory">Receives its kernel and initramfs.</param>
    /// <param name="isBootSmall">True if it has a /boot of its own that is small.</param>
    /// <param name="token">Ends it.</param>
    public static async Task<OtherLaptop> LockedAsync(EncryptedLaptop disk, string tree, string directory, bool isBootSmall, CancellationToken token) => new(
        disk.Image,
        await DirectAsync(tree, directory, $"{disk.Arguments} ro console=tty0 console=ttyS0,115200 {QemuCommandLine.QuickKernel} {QemuCommandLine.SureTimer} quiet", token),
        disk.RootDevice)
    {
        IsLocked = true,
        IsBootSmall = isBootSmall,
    };

    /// <summary>Debian 12 with extlinux.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="directory">Receives its kernel and initramfs, unless extlinux starts them.</param>
    /// <param name="token">Ends it.</param>
    public static async Task<OtherLaptop> ExtlinuxAsync(ExtlinuxDisk disk, string directory, CancellationToken token)
    {
        var cache = new BuildCache();
        var image = await disk.GetAsync(cache, Say, token);
        if (disk == ExtlinuxDisk.OnExt4)
        {
            return new(image, new Startup.Bios(), "/dev/vda1") { Menu = ExtlinuxMenu, Once = "extlinux --once=stiefel /boot/extlinux" };
        }

        return new(image, await DirectAsync(await disk.TreeAsync(cache, Say, token), directory, disk.CommandLine(ExtlinuxDisk.Configured), token), "/dev/vda1[/@]") { Menu = ExtlinuxMenu };
    }

    /// <summary>Logs in to the laptop's own system; types the passphrase before, if it asks for one.</summary>
    public async Task<ConsoleShell> LogInAsync(VirtualMachine laptop, CancellationToken token)
    {
        if (IsLocked)
        {
            await laptop.Console.WaitForAsync(Question(), TimeLimits.Login, token);
            // systemd drops what was typed before it has switched the terminal's echo off, which it does after the question.
            await Task.Delay(TimeSpan.FromSeconds(1), token);
            await laptop.Console.SendLineAsync(EncryptedDisks.Passphrase, token);
        }

        return await ConsoleShell.LogInAsync(Laptop.Name, laptop.Console, "root", DebianTree.RootPassword, TimeLimits.FirmwareStart + TimeLimits.Login, token);
    }

    private static async Task<Startup> DirectAsync(string tree, string directory, string arguments, CancellationToken token)
    {
        await ExternalProgram.RunAsync("tar", ["-C", directory, "-xf", tree, "--wildcards", "./boot/vmlinuz-*", "./boot/initrd.img-*"], token: token);
        var boot = Path.Combine(directory, "boot");
        return new Startup.DirectKernel(Directory.GetFiles(boot, "vmlinuz-*").Single(), Directory.GetFiles(boot, "initrd.img-*").Single(), arguments);
    }

    // The words of Debian's cryptsetup and those of systemd.
    [GeneratedRegex("Please (unlock disk|enter passphrase for disk) [^\n]*:")]
    private static partial Regex Question();

    private static void Say(string text) => TestContext.Current.SendDiagnosticMessage(text);
}
