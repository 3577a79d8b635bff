using System.Text;
using Stiefel.Cli.Ramdisk;
using Stiefel.EndToEnd.Encrypted;
using Stiefel.Machines.Consoles;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A laptop that starts directly into the server ramdisk, for tests in which its own system does not matter.</summary>
internal static class RamdiskLaptop
{
    /// <summary>The files in its ramdisk with the right passphrase and with a wrong one.</summary>
    public const string RightPassphrase = "/early/right", WrongPassphrase = "/early/wrong";

    /// <summary>Starts it, with a debug shell on its second serial port.</summary>
    /// <param name="run">The run to which the machine belongs.</param>
    /// <param name="disks">Its disks; the first is served.</param>
    /// <param name="keyFile">The key that it accepts.</param>
    /// <param name="token">Cancels the start.</param>
    /// <param name="settings">Settings of the server, as kernel arguments.</param>
    /// <param name="besides">Another archive to append, such as that with the files for network boot; null for none.</param>
    public static async Task<VirtualMachine> StartAsync(MachineRun run, IReadOnlyList<VirtualDisk> disks, string keyFile, CancellationToken token, string settings = "", string? besides = null)
    {
        var initrd = Path.Combine(run.WorkDirectory, "laptop.initrd.img");
        IEnumerable<(string, byte[])> more =
        [
            .. Overlay.Files(Overlay.Debug),
            ("etc/stiefel/debug-shell", "/usr/bin/sh\n"u8.ToArray()),
            (RightPassphrase[1..], Encoding.UTF8.GetBytes(EncryptedDisks.Passphrase)),
            (WrongPassphrase[1..], "not this one"u8.ToArray()),
        ];
        await KeyedInitrd.WriteAsync(run.Ramdisk.Initrd, initrd, keyFile, more, token, besides);
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
