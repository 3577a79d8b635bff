using Stiefel.Machines.Consoles;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Disks;

/// <summary>
/// Starts a fresh laptop disk once, as an owner does after installing, so that Debian's own update-grub generates GRUB's configuration. A disk with GRUB for
/// UEFI gets it on its EFI System partition, also where a firmware without entries looks.
/// </summary>
public static class FirstStart
{
    private const string InstallGrub = "[ ! -d /usr/lib/grub/x86_64-efi ] || grub-install --target=x86_64-efi --no-nvram --force-extra-removable";

    public static async Task RunAsync(LaptopDisk disk, CancellationToken token)
    {
        using var scratch = new RunDirectory();
        var options = new VirtualMachineOptions
        {
            Name = "first-start",
            Startup = new Startup.DirectKernel(disk.Kernel, disk.Initrd, disk.CommandLine),
            Disks = [new VirtualDisk(disk.ImagePath)],
            EndOnReset = true,
            LogDirectory = scratch.Path,
            RunDirectory = scratch.Path,
        };
        await using var machine = await VirtualMachine.StartAsync(options, new RunClock(), (_, _) => { }, token);
        var shell = await ConsoleShell.LogInAsync(
            machine.Name, machine.Console, "root", DebianTree.RootPassword, TimeLimits.Login, token);
        await shell.RunAsync(InstallGrub, token, TimeLimits.Seconds(300));
        await shell.RunAsync("update-grub", token);
        await shell.StartAsync("poweroff", token);
        await machine.WaitForEndAsync(TimeLimits.PowerOff, token);
    }
}
