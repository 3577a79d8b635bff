using Stiefel.Linux.Programs;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// A computer that runs a Debian of its own, from its own disk: with udisks2 and LVM, which use whatever disk appears, and with the programs that
/// `stiefel setup-client-usbdrive` needs. Nothing of Stiefel is installed.
/// </summary>
internal sealed class RunningDebian : IAsyncDisposable
{
    public const string Name = "workshop";

    /// <summary>The directory with the files that were handed in, which cannot be written.</summary>
    public const string HandedIn = "/mnt";

    private const string DiskLength = "2048M";
    private const string RootUuid = "5a1e0041-7a9d-4c1e-9b57-0d2f4c6e8a10";

    // Part of the cache's key; raise it when the steps below change.
    private const string Revision = "1";

    private static readonly string[] s_packages = ["udisks2", "lvm2", "mtools", "syslinux", "syslinux-common", "systemd-boot-efi"];
    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeLimits.AtMost(300) };

    private RunningDebian(VirtualMachine machine, ConsoleShell shell, DiskImage disk) => (Machine, Shell, Disk) = (machine, shell, disk);

    public VirtualMachine Machine { get; }

    public ConsoleShell Shell { get; }

    /// <summary>Its own disk.</summary>
    public DiskImage Disk { get; }

    /// <summary>Starts it, logs in and mounts the files that are handed in.</summary>
    /// <param name="run">The run.</param>
    /// <param name="made">The directory that <see cref="GetAsync"/> returned.</param>
    /// <param name="end">Its end of the cable.</param>
    /// <param name="fillAsync">Writes the files to hand in to an empty directory.</param>
    /// <param name="token">Cancels the start.</param>
    public static async Task<RunningDebian> StartAsync(MachineRun run, string made, CableEnd end, Func<string, Task> fillAsync, CancellationToken token)
    {
        var image = Path.Combine(run.WorkDirectory, Name + ".img");
        await DiskCopy.MakeAsync(Path.Combine(made, "disk.img"), image, token);
        var handIn = await HandInDisk.MakeAsync(run, fillAsync, token);
        var start = new Startup.DirectKernel(
            Path.Combine(made, "vmlinuz"), Path.Combine(made, "initrd.img"),
            $"root=UUID={RootUuid} ro console=ttyS0,115200 {QemuCommandLine.QuickKernel} {QemuCommandLine.SureTimer} quiet");
        var machine = await run.StartAsync(Name, start, [new VirtualDisk(image), handIn], end, token);
        try
        {
            var shell = await ConsoleShell.LogInAsync(Name, machine.Console, "root", DebianTree.RootPassword, TimeLimits.Login, token);
            await shell.RunAsync($"mount -o ro /dev/vdb {HandedIn}", token);
            return new RunningDebian(machine, shell, new DiskImage(image));
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns its disk, kernel and initramfs from the cache, or makes them (about three minutes, the Debian packages included).</summary>
    public static async Task<string> GetAsync(BuildCache cache, Action<string> report, CancellationToken token)
    {
        var tree = await DebianTree.GetAsync(cache, InitramfsMaker.InitramfsTools, s_packages, $"\necho {Name} >\"$1/etc/hostname\"\n", report, token);
        return await cache.GetAsync("running-debian", [Revision, tree, DiskLength], unfinished => MakeAsync(unfinished, tree, token));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Machine.DisposeAsync();

    private static async Task MakeAsync(string directory, string tree, CancellationToken token)
    {
        var (root, image) = (Directory.CreateDirectory(Path.Combine(directory, "root")).FullName, new DiskImage(Path.Combine(directory, "disk.img")));
        await ExternalProgram.RunAsync("tar", ["--numeric-owner", "--xattrs", "--xattrs-include=*", "-C", root, "-xf", tree], s_options, token);
        File.Copy(Directory.GetFiles(Path.Combine(root, "boot"), "vmlinuz-*").Single(), Path.Combine(directory, "vmlinuz"));
        File.Copy(Directory.GetFiles(Path.Combine(root, "boot"), "initrd.img-*").Single(), Path.Combine(directory, "initrd.img"));
        await File.WriteAllTextAsync(Path.Combine(root, "etc/fstab"), $"UUID={RootUuid} / ext4 errors=remount-ro 0 1\n", token);
        await ExternalProgram.RunAsync("truncate", ["-s", DiskLength, image.Path], s_options, token);
        await ExternalProgram.RunAsync("sgdisk", ["-n", "1:0:0", "-t", "1:8300", image.Path], s_options, token);
        await Ext4Image.FillAsync(image.Path, (await image.PartitionsAsync(token))[0], RootUuid, root, token);
        Directory.Delete(root, recursive: true);
    }
}
