using System.Text;
using Stiefel.Cli.Ramdisk;
using Stiefel.EndToEnd.Encrypted;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A laptop that is switched on into the server ramdisk at once, since its own system does not matter.</summary>
internal static class RamdiskLaptop
{
    /// <summary>Where the right passphrase lies in its ramdisk, and a wrong one.</summary>
    public const string RightPassphrase = "/early/right", WrongPassphrase = "/early/wrong";

    /// <summary>Starts it, with a debug shell on its second serial port.</summary>
    /// <param name="run">The run.</param>
    /// <param name="disks">Its disks; the first is served.</param>
    /// <param name="keyFile">The key that it accepts.</param>
    /// <param name="token">Ends it.</param>
    /// <param name="settings">Settings of the server, as kernel arguments.</param>
    /// <param name="netBoot">What it offers to desktops without a stick; null for nothing.</param>
    public static async Task<VirtualMachine> StartAsync(MachineRun run, IReadOnlyList<VirtualDisk> disks, string keyFile, CancellationToken token, string settings = "", string? netBoot = null)
    {
        var initrd = Path.Combine(run.WorkDirectory, "laptop.initrd.img");
        IEnumerable<(string, byte[])> more =
        [
            .. Overlay.Files(Overlay.Debug),
            ("etc/stiefel/debug-shell", "/usr/bin/sh\n"u8.ToArray()),
            (RightPassphrase[1..], Encoding.UTF8.GetBytes(EncryptedDisks.Passphrase)),
            (WrongPassphrase[1..], "not this one"u8.ToArray()),
        ];
        await KeyedInitrd.WriteAsync(run.Ramdisk.Initrd, initrd, keyFile, more, token, netBoot);
        var start = new Startup.DirectKernel(run.Ramdisk.Kernel, initrd, $"stiefel_role=server stiefel_bootdisk=/dev/vda {MachineRun.KernelArguments} {settings}".TrimEnd());
        var machine = await run.StartAsync(Laptop.Name, start, disks, run.LaptopEnd, token, hasSecondSerial: true);
        try
        {
            await machine.Console.WaitForAsync("stiefel: phase serving\n", TimeLimits.ServerStart, token);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    public static Task<ConsoleShell> ShellAsync(VirtualMachine machine, CancellationToken token) => ConsoleShell.OverPromptAsync(Laptop.Name, machine.SecondConsole!, token);
}
