using Stiefel.Cli.Keys;
using Stiefel.Cli.Ramdisk;
using Stiefel.CommandLine;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.Cli.Machines;

/// <summary>Runs one virtual machine on the terminal. Laptop and desktop find their virtual cable and their shared key in the cache directory.</summary>
internal sealed class TestQemuRun(TextWriter output, string accelerator)
{
    private readonly BuildCache _cache = new();

    private string Cable => Path.Combine(_cache.DirectoryPath, "test-qemu.cable");

    /// <summary>Runs the server ramdisk with a disk.</summary>
    public async Task ServeAsync(string ramdisk, string? disk, string? key, string append, CancellationToken token)
    {
        using var run = new RunDirectory();
        var initrd = Path.Combine(run.Path, "initrd.img");
        var files = RamdiskImage.Find(ramdisk);
        await KeyedInitrd.WriteAsync(files.Initrd, initrd, key ?? Key(), [], token);
        var start = new Startup.DirectKernel(files.Kernel, initrd, $"stiefel_role=server stiefel_bootdisk=/dev/vda {MachineRun.KernelArguments} {append}".Trim());
        File.Delete(Cable);
        await RunAsync(Describe("server", start, run) with
        {
            Disks = [new VirtualDisk(disk ?? await FreshDiskAsync(token))],
            Cable = new CableEnd(Cable, Listens: true, MachineRun.LaptopMac),
        }, token);
    }

    /// <summary>Runs the client ramdisk without a disk.</summary>
    public async Task BootAsync(string ramdisk, DesktopStart firmware, string? key, string append, CancellationToken token)
    {
        if (!File.Exists(Cable))
        {
            throw new FailedException("there is no server to connect to: start `stiefel test-qemu server` in another terminal first");
        }

        using var run = new RunDirectory();
        var medium = await ClientMedium.MakeAsync(
            Path.Combine(run.Path, "client"), firmware, MachineRamdisk.Of(RamdiskImage.Find(ramdisk)), key ?? Key(), $"{MachineRun.KernelArguments} {append}".Trim(), token);
        await RunAsync(Describe("client", medium.Startup, run) with
        {
            Disks = medium.Disks,
            Cable = new CableEnd(Cable, Listens: false, MachineRun.DesktopMac),
        }, token);
    }

    private VirtualMachineOptions Describe(string name, Startup start, RunDirectory run) => new()
    {
        Name = name,
        Startup = start,
        OnOurTerminal = true,
        Accelerator = accelerator,
        LogDirectory = run.Path,
        RunDirectory = run.Path,
    };

    private static async Task RunAsync(VirtualMachineOptions options, CancellationToken token)
    {
        var code = await QemuProcess.RunOnTerminalAsync(QemuCommandLine.Build(options, UefiFirmware.PrepareFor(options)), token);
        if (code != 0)
        {
            throw new FailedException($"{QemuCommandLine.Program} ended with exit code {code}");
        }
    }

    private async Task<string> FreshDiskAsync(CancellationToken token)
    {
        var disk = await LaptopDisk.GetAsync(_cache, InitramfsMaker.InitramfsTools, BootLayout.InRoot, output.WriteLine, token);
        return (await disk.CopyAsync(Path.Combine(_cache.DirectoryPath, "test-qemu.img"), token)).Path;
    }

    private string Key()
    {
        var keys = new KeyDirectory(Path.Combine(_cache.DirectoryPath, "test-qemu-keys"));
        return keys.List().Contains("test") ? Path.Combine(keys.Path, "test" + KeyDirectory.Extension) : keys.Create("test");
    }
}
