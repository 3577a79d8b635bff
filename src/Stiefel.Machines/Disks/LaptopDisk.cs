using Stiefel.Linux.Programs;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Disks;

/// <summary>The place of the laptop's kernel and initramfs.</summary>
public enum BootLayout
{
    /// <summary>In /boot of the root file system.</summary>
    InRoot,

    /// <summary>In a separate partition.</summary>
    Separate,

    /// <summary>In /boot of the root file system, beside an EFI System partition that has room for boot files of others.</summary>
    LargeEfi,
}

/// <summary>
/// The disk of a laptop with Debian, before Stiefel is set up on it: GPT, an EFI system partition, ext4. The image is in the
/// cache; runs work on copies of it.
/// </summary>
/// <param name="ImagePath">The image; it must not be changed.</param>
/// <param name="Kernel">A copy of the disk's own kernel, for starting without a boot loader.</param>
/// <param name="Initrd">A copy of the disk's own initramfs.</param>
/// <param name="CommandLine">The kernel arguments of its boot loader's configuration.</param>
/// <param name="RootPartition">The number of the root partition.</param>
/// <param name="SparePartition">The number of the last partition, which is empty and free for tests to use.</param>
public sealed record LaptopDisk(string ImagePath, string Kernel, string Initrd, string CommandLine, int RootPartition, int SparePartition)
{
    private const string RootUuid = "5a1e0001-7a9d-4c1e-9b57-0d2f4c6e8a10";
    private const string BootUuid = "5a1e0002-7a9d-4c1e-9b57-0d2f4c6e8a10";
    private const string EfiSerial = "5A1E0003";
    private const string DiskLength = "3072M";

    // XFS needs at least 300 MiB.
    private const string SpareLength = "-512M";
    private const long Sector = 512;

    // Part of the cache's key; increase it when the steps below change.
    private const string Revision = "2";

    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(300) };

    /// <summary>Returns the disk from the cache, or makes it (about three minutes, including the Debian packages).</summary>
    public static async Task<LaptopDisk> GetAsync(
        BuildCache cache, InitramfsMaker initrd, BootLayout layout, Action<string> report, CancellationToken token)
    {
        return await GetAsync(cache, await DebianTree.GetAsync(cache, initrd, report, token), layout, report, token);
    }

    /// <summary>Returns or makes the disk with another file tree.</summary>
    public static async Task<LaptopDisk> GetAsync(BuildCache cache, string tree, BootLayout layout, Action<string> report, CancellationToken token)
    {
        var directory = await cache.GetAsync("laptop-disk", [Revision, tree, layout.ToString(), DiskLength], MakeAsync);
        return Describe(directory, layout);

        async Task MakeAsync(string unfinished)
        {
            report("writing the laptop's disk image (once; about ten seconds)");
            var root = Path.Combine(unfinished, "root");
            Directory.CreateDirectory(root);
            await ExternalProgram.RunAsync("tar", ["--numeric-owner", "--xattrs", "--xattrs-include=*", "-C", root, "-xf", tree], s_options, token);
            File.Copy(Directory.GetFiles(Path.Combine(root, "boot"), "vmlinuz-*").Single(), Path.Combine(unfinished, "vmlinuz"));
            File.Copy(Directory.GetFiles(Path.Combine(root, "boot"), "initrd.img-*").Single(), Path.Combine(unfinished, "initrd.img"));
            await File.WriteAllTextAsync(Path.Combine(root, "etc/fstab"), FileSystemTable(layout), token);
            await WriteImageAsync(unfinished, root, layout, token);
            report("starting the laptop's system to make its boot loader configuration (once; about forty seconds)");
            await FirstStart.RunAsync(Describe(unfinished, layout), token);
        }
    }

    /// <summary>Makes a sparse copy that a run may change.</summary>
    public async Task<DiskImage> CopyAsync(string path, CancellationToken token)
    {
        await DiskCopy.MakeAsync(ImagePath, path, token);
        return new DiskImage(path);
    }

    /// <summary>Makes a disk with this content for a run whose machines are saved.</summary>
    public async Task<VirtualDisk> OverlayAsync(string path, CancellationToken token)
    {
        await KeptImage.CreateOverAsync(path, ImagePath, token);
        return new VirtualDisk(path) { Format = VirtualDisk.Qcow2 };
    }

    private static LaptopDisk Describe(string directory, BootLayout layout) => new(
        Path.Combine(directory, "disk.img"),
        Path.Combine(directory, "vmlinuz"),
        Path.Combine(directory, "initrd.img"),
        $"root=UUID={RootUuid} ro console=tty0 console=ttyS0,115200 {QemuCommandLine.QuickKernel} {QemuCommandLine.SureTimer} quiet",
        layout == BootLayout.Separate ? 3 : 2,
        layout == BootLayout.Separate ? 4 : 3);

    private static string FileSystemTable(BootLayout layout)
    {
        var boot = layout == BootLayout.Separate ? $"UUID={BootUuid} /boot ext4 defaults 0 2\n" : "";
        return $"UUID={RootUuid} / ext4 errors=remount-ro 0 1\n{boot}UUID={EfiSerial[..4]}-{EfiSerial[4..]} /boot/efi vfat umask=0077 0 1\n";
    }

    private static async Task WriteImageAsync(string directory, string root, BootLayout layout, CancellationToken token)
    {
        var image = new DiskImage(Path.Combine(directory, "disk.img"));
        await ExternalProgram.RunAsync("truncate", ["-s", DiskLength, image.Path], s_options, token);
        // The type codes are from man 8 sgdisk. Do not use -q: with it sgdisk has been seen to write nothing.
        List<string> parts = ["-n", layout == BootLayout.LargeEfi ? "1:0:+256M" : "1:0:+32M", "-t", "1:EF00", "-c", "1:EFI System Partition"];
        if (layout == BootLayout.Separate)
        {
            parts.AddRange(["-n", "2:0:+256M", "-t", "2:8300"]);
        }

        await ExternalProgram.RunAsync("sgdisk", [.. parts, "-n", $"0:0:{SpareLength}", "-n", "0:0:0", image.Path], s_options, token);
        var partitions = await image.PartitionsAsync(token);
        await ExternalProgram.RunAsync(
            "mkfs.fat", ["-F", "16", "-i", EfiSerial, "--offset", $"{partitions[0].Offset / Sector}", image.Path, $"{partitions[0].Length / 1024}"], s_options, token);
        if (layout == BootLayout.Separate)
        {
            var boot = Path.Combine(directory, "boot");
            Directory.Move(Path.Combine(root, "boot"), boot);
            Directory.CreateDirectory(Path.Combine(root, "boot"));
            Directory.CreateDirectory(Path.Combine(boot, "efi"));
            await Ext4Image.FillAsync(image.Path, partitions[1], BootUuid, boot, token);
            Directory.Delete(boot, recursive: true);
        }

        await Ext4Image.FillAsync(image.Path, partitions[^2], RootUuid, root, token);
        Directory.Delete(root, recursive: true);
    }
}
