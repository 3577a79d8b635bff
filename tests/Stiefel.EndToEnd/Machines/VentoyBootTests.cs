using Stiefel.EndToEnd.Native;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests both ways onto a Ventoy stick as far as they go without Ventoy: a GRUB that does what Ventoy's does when F6 is pressed, and syslinux's memdisk, which
/// Ventoy starts an image with on BIOS (memdisk mode).
/// </summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class VentoyBootTests(MachineParts parts)
{
    private const string MemoryDisk = "/usr/lib/syslinux/memdisk";
    private const string Down = "\e[B";
    private const string Enter = "\r";

    // The variable has this name and form there, and is exported.
    private const string LikeVentoy = """
        search --no-floppy --set=found --file /ventoy/ventoy_grub.cfg
        set vtoy_iso_part=($found)
        export vtoy_iso_part
        configfile $vtoy_iso_part/ventoy/ventoy_grub.cfg

        """;

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public Task VentoyMenu_EntryOfStiefel_StartsTheClient() => parts.PlayAsync("ventoy-menu", async run =>
    {
        var program = await UefiGrub.MakeAsync(run, "like-ventoy", LikeVentoy, "part_msdos fat search search_fs_file configfile linux echo test minicmd", _token);
        await using var machine = await run.StartAsync("desktop", new Startup.Uefi(), [new VirtualDisk(await MakePartitionAsync(run, program), DiskBus.Usb)], run.LaptopEnd, _token, endsOnReset: false);
        await machine.Console.WaitForAsync("Stiefel: boot from the laptop", TimeLimits.FirmwareStart, _token);
        await machine.Console.SendAsync(Enter, _token);
        await ChooseAsync(machine);
    });

    [Fact]
    public Task Image_InMemoryOnBios_StartsTheClient() => parts.PlayAsync("ventoy-image", async run =>
    {
        var image = Path.Combine(run.WorkDirectory, "stiefel.img");
        SetUp(run, "--image", image);
        Assert.InRange(new FileInfo(image).Length, 1, 100_000_000);
        await using var machine = await run.StartAsync("desktop", new Startup.DirectKernel(MemoryDisk, image, ""), [], run.LaptopEnd, _token, endsOnReset: false);
        await ChooseAsync(machine);
    });

    /// <summary>Chooses the second entry of Stiefel's own menu, which starts the kernel with its messages.</summary>
    private async Task ChooseAsync(VirtualMachine machine)
    {
        await machine.Console.WaitForAsync("Boot the system of the laptop", TimeLimits.FirmwareStart, _token);
        await machine.Console.SendAsync(Down + Enter, _token);
        await machine.Console.WaitForAsync("DMI: QEMU", TimeLimits.FirmwareStart, _token);
        await machine.Console.WaitForAsync("stiefel: phase searching\n", TimeLimits.FirmwareStart, _token);
    }

    /// <summary>Makes what is on Ventoy's first partition, by the published program, as a disk without a partition table, and puts the loader there as well.</summary>
    private async Task<string> MakePartitionAsync(MachineRun run, string program)
    {
        var (directory, image) = (Path.Combine(run.WorkDirectory, "ventoy"), Path.Combine(run.WorkDirectory, "ventoy.img"));
        Directory.CreateDirectory(directory);
        SetUp(run, "--into-esp", directory, "--ventoy");
        File.Copy(program, Path.Combine(Directory.CreateDirectory(Path.Combine(directory, "EFI/BOOT")).FullName, "BOOTX64.EFI"));
        await ExternalProgram.RunAsync("mformat", ["-C", "-F", "-i", image, "-T", $"{512 << 11}", "::"], token: _token);
        await ExternalProgram.RunAsync("mcopy", ["-s", "-i", image, .. Directory.GetFileSystemEntries(directory), "::/"], token: _token);
        return image;
    }

    private void SetUp(MachineRun run, params string[] target) => NativeProcess.Run(
        0, NativeProcess.Binary("stiefel"), ["setup-client-usbdrive", .. target, "--key", parts.NewKey("stick"), "--ramdisk", Path.GetDirectoryName(run.Ramdisk.Kernel)!,
        "--menu-seconds", "60", "--cmdline", $"{QemuCommandLine.QuickKernel} {QemuCommandLine.SureTimer}"]);
}
