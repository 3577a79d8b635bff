using System.Globalization;
using System.Text;
using Stiefel.BootFiles.Catalog.Images;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.EndToEnd.Machines;

/// <summary>The disk of a laptop with Debian's packages that systemd-boot starts from unified images on the EFI System partition; its /boot is empty.</summary>
internal static class SystemdBootDisk
{
    /// <summary>The last argument of each image: the one that loader.conf names, and the one that would be the first without it.</summary>
    public const string Configured = "image=configured", Newest = "image=newest";

    /// <summary>The entry id of the newest image.</summary>
    public const string NewestId = "debian-9.efi";

    private const string RootUuid = "5a1e0031-7a9d-4c1e-9b57-0d2f4c6e8a10";
    private const string EfiSerial = "5A1E0032";
    private const string Loader = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi";
    private const string Stub = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";
    private const string DiskLength = "3072M";

    // Part of the cache's key; raise it when the steps below change.
    private const string Revision = "1";

    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(300) };

    /// <summary>The arguments that an image gives its kernel.</summary>
    public static string CommandLine(string image)
        => $"root=UUID={RootUuid} ro console=tty0 console=ttyS0,115200 {QemuCommandLine.QuickKernel} {QemuCommandLine.SureTimer} quiet {image}";

    /// <summary>Returns the disk image, from the cache or made now (about half a minute besides the Debian packages); it must not be changed.</summary>
    public static async Task<string> GetAsync(BuildCache cache, Action<string> report, CancellationToken token)
    {
        var tree = await DebianTree.GetAsync(cache, InitramfsMaker.InitramfsTools, report, token);
        var directory = await cache.GetAsync("systemd-boot-disk", [Revision, tree, DiskLength, CommandLine("")], unfinished => MakeAsync(unfinished, tree, token));
        return Path.Combine(directory, "disk.img");
    }

    private static async Task MakeAsync(string directory, string tree, CancellationToken token)
    {
        var image = new DiskImage(Path.Combine(directory, "disk.img"));
        await ExternalProgram.RunAsync("truncate", ["-s", DiskLength, image.Path], s_options, token);
        await ExternalProgram.RunAsync("sgdisk", ["-n", "1:0:+256M", "-t", "1:EF00", "-n", "2:0:0", "-t", "2:8300", image.Path], s_options, token);
        var partitions = await image.PartitionsAsync(token);
        var root = Directory.CreateDirectory(Path.Combine(directory, "root")).FullName;
        await ExternalProgram.RunAsync("tar", ["--numeric-owner", "--xattrs", "--xattrs-include=*", "-C", root, "-xf", tree], s_options, token);
        var esp = Directory.CreateDirectory(Path.Combine(directory, "esp")).FullName;
        await WriteEspAsync(esp, Directory.GetFiles(Path.Combine(root, "boot"), "vmlinuz-*").Single(), Directory.GetFiles(Path.Combine(root, "boot"), "initrd.img-*").Single(), token);
        foreach (var left in Directory.GetFileSystemEntries(Path.Combine(root, "boot")))
        {
            await ExternalProgram.RunAsync("rm", ["-r", left], s_options, token);
        }

        await File.WriteAllTextAsync(Path.Combine(root, "etc/fstab"), $"UUID={RootUuid} / ext4 defaults 0 1\n", token);
        await FillEspAsync(image.Path, partitions[0], esp, token);
        await Ext4Image.FillAsync(image.Path, partitions[1], RootUuid, root, token);
        await ExternalProgram.RunAsync("rm", ["-r", root, esp], s_options, token);
    }

    private static async Task WriteEspAsync(string esp, string kernel, string initrd, CancellationToken token)
    {
        foreach (var name in (string[])["EFI/BOOT", "EFI/systemd", "EFI/Linux", "loader"])
        {
            Directory.CreateDirectory(Path.Combine(esp, name));
        }

        File.Copy(Loader, Path.Combine(esp, "EFI/BOOT/BOOTX64.EFI"));
        File.Copy(Loader, Path.Combine(esp, "EFI/systemd/systemd-bootx64.efi"));
        await File.WriteAllTextAsync(Path.Combine(esp, "loader/loader.conf"), "timeout 0\ndefault debian-[12]*\n", token);
        await WriteImageAsync(Path.Combine(esp, "EFI/Linux/debian-1.efi"), "1", Configured, kernel, initrd, token);
        await WriteImageAsync(Path.Combine(esp, "EFI/Linux", NewestId), "9", Newest, kernel, initrd, token);
    }

    private static async Task WriteImageAsync(string path, string version, string image, string kernel, string initrd, CancellationToken token)
    {
        await using var output = File.Create(path);
        UnifiedImageWriter.Write(
            await File.ReadAllBytesAsync(Stub, token),
            [
                Text(".osrel", $"ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12\"\nVERSION_ID=\"{version}\"\n"),
                Text(".cmdline", CommandLine(image)),
                new UnifiedImageSection(".linux", () => File.OpenRead(kernel), new FileInfo(kernel).Length),
                new UnifiedImageSection(".initrd", () => File.OpenRead(initrd), new FileInfo(initrd).Length),
            ],
            output);
    }

    private static UnifiedImageSection Text(string name, string text) => new(name, () => new MemoryStream(Encoding.UTF8.GetBytes(text)), Encoding.UTF8.GetByteCount(text));

    private static async Task FillEspAsync(string image, Partition efi, string esp, CancellationToken token)
    {
        await ExternalProgram.RunAsync("mkfs.fat", ["-F", "16", "-i", EfiSerial, "--offset", $"{efi.Offset / 512}", image, $"{efi.Length / 1024}"], s_options, token);
        var place = string.Create(CultureInfo.InvariantCulture, $"{image}@@{efi.Offset}");
        await ExternalProgram.RunAsync("mcopy", ["-s", "-i", place, .. Directory.GetFileSystemEntries(esp), "::/"], s_options, token);
    }
}
