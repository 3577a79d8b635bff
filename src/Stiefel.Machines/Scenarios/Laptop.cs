using Stiefel.Machines.Consoles;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Scenarios;

/// <summary>The laptop, which runs its own system first and then serves its disk.</summary>
public sealed class Laptop : IAsyncDisposable
{
    /// <summary>The laptop's name in logs and timeline.</summary>
    public const string Name = "laptop";

    private const string KernelName = "vmlinuz", InitrdName = "initrd.img";

    // The disk with the ramdisk's files.
    private const string HandInDevice = "/dev/vdb";
    private const string DiskDevice = "/dev/vda";

    private readonly MachineRun _run;
    private readonly VirtualMachine _machine;
    private readonly ConsoleShell? _shell;

    private Laptop(MachineRun run, VirtualMachine machine, ConsoleShell? shell) => (_run, _machine, _shell) = (run, machine, shell);

    /// <summary>The laptop's serial console.</summary>
    public SerialConsole Console => _machine.Console;

    /// <summary>The virtual machine.</summary>
    public VirtualMachine Machine => _machine;

    /// <summary>Starts the laptop's own system and logs in.</summary>
    /// <param name="run">The run.</param>
    /// <param name="disk">The disk of which the laptop has a copy.</param>
    /// <param name="own">The laptop's copy.</param>
    /// <param name="keyFile">The key that the server ramdisk accepts.</param>
    /// <param name="token">Cancels the start.</param>
    /// <param name="withShell">True for the ramdisk's debug shell on a second serial port, which <see cref="StopServerForAsync"/> needs.</param>
    public static async Task<Laptop> StartAsync(
        MachineRun run, LaptopDisk disk, VirtualDisk own, string keyFile, CancellationToken token, bool withShell = false)
    {
        var handIn = await HandInDisk.MakeAsync(
            run,
            directory =>
            {
                File.Copy(run.Ramdisk.Kernel, Path.Combine(directory, KernelName));
                return KeyedInitrd.WriteAsync(
                    run.Ramdisk.Initrd, Path.Combine(directory, InitrdName), keyFile, withShell ? run.Ramdisk.DebugShell : [], token);
            },
            token);
        var start = new Startup.DirectKernel(disk.Kernel, disk.Initrd, disk.CommandLine);
        VirtualDisk[] disks = [own, handIn];
        var machine = await run.StartAsync(Name, start, disks, run.LaptopEnd, token, withShell);
        try
        {
            var shell = await ConsoleShell.LogInAsync(
                Name, machine.Console, "root", DebianTree.RootPassword, TimeLimits.Login, token);
            return new Laptop(run, machine, shell);
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server ramdisk directly, with a shell, to skip the detour through the laptop's own system after a reset.</summary>
    public static async Task<Startup> RamdiskAsync(MachineRun run, string keyFile, CancellationToken token)
    {
        var initrd = Path.Combine(run.WorkDirectory, "laptop-after-reset.img");
        await KeyedInitrd.WriteAsync(run.Ramdisk.Initrd, initrd, keyFile, run.Ramdisk.DebugShell, token);
        return new Startup.DirectKernel(run.Ramdisk.Kernel, initrd, $"stiefel_role=server stiefel_bootdisk={DiskDevice} {MachineRun.KernelArguments}");
    }

    /// <summary>Wraps a laptop loaded from a station, which already serves.</summary>
    public static Laptop TakenUp(MachineRun run, VirtualMachine machine) => new(run, machine, shell: null);

    /// <summary>Leaves the laptop's own system by kexec for the server ramdisk; returns when the ramdisk serves.</summary>
    /// <param name="token">Cancels the work.</param>
    /// <param name="settings">The server's settings, as kernel arguments.</param>
    public async Task ServeAsync(CancellationToken token, string settings = "")
    {
        var shell = _shell ?? throw new InvalidOperationException("this laptop has already left its own system");
        // Keep the laptop in the ramdisk after its desktop's end, so that it can be checked; later arguments of the scenario take precedence.
        var arguments = $"stiefel_role=server stiefel_bootdisk={DiskDevice} {MachineRun.KernelArguments} stiefel.Return.OnCleanEnd=wait {settings}".TrimEnd();
        await shell.RunAsync($"mount -o ro {HandInDevice} /mnt", token);
        // Try kexec_file_load (-s) first, which a kernel under lockdown demands; older kexec-tools support only the other way.
        var load = $"kexec -l /mnt/{KernelName} --initrd=/mnt/{InitrdName} --command-line='{arguments}'";
        await shell.RunAsync($"{load} -s || {load}", token);
        await shell.RunAsync("umount /mnt", token);
        _run.Timeline.Mark(Name, "systemctl kexec");
        await shell.StartAsync("systemctl kexec", token);
        await Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.PowerOff + TimeLimits.ServerStart, token);
    }

    /// <summary>Shell expression for the server's process id. It matches the name exactly, since the disk's keeper is the same program.</summary>
    public const string ServerProcess = "$(grep -lx stiefel-server /proc/[0-9]*/comm | cut -d/ -f3)";

    /// <summary>Opens the shell in the server ramdisk of a laptop that was started with one.</summary>
    public Task<ConsoleShell> OpenShellAsync(CancellationToken token) => ConsoleShell.OverPromptAsync(
        Name, _machine.SecondConsole ?? throw new InvalidOperationException("the laptop was started without a shell"), token);

    /// <summary>Kills the running server and lets it restart only after some time; returns when it serves again.</summary>
    public Task StopServerForAsync(TimeSpan time, CancellationToken token) => StopServerAsync($"sleep {time.TotalSeconds:0}", token);

    /// <summary>
    /// Restarts the server without its record of the last desktop, so that another one can be served. Without that, the laptop reserves the disk for
    /// a desktop whose end was not clean, just as for one whose cable is unplugged.
    /// </summary>
    public Task ForgetDesktopAsync(CancellationToken token) => StopServerAsync("rm -f /run/stiefel/grant-*.json", token);

    private async Task StopServerAsync(string meanwhile, CancellationToken token)
    {
        var shell = await OpenShellAsync(token);
        // Cover the program with /dev/null, so that init cannot restart it meanwhile; /usr itself is read-only.
        const string File = "/usr/bin/stiefel-server";
        _run.Timeline.Mark(Name, "server killed");
        await shell.RunAsync($"mount -o bind /dev/null {File} && kill -9 {ServerProcess} && {meanwhile} && umount {File}", token);
        _run.Timeline.Mark(Name, "server back");
        await Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.ServerStart, token);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _machine.DisposeAsync();
}
