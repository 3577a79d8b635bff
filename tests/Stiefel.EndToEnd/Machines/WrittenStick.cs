using Stiefel.EndToEnd.Native;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A stick that the published program has written to a drive, as a person would: a loop device here, which is put into a machine's USB port.</summary>
internal static class WrittenStick
{
    private const long Size = 512L * 1024 * 1024;

    /// <summary>As short as the machine's processor allows; what a person types at the menu still comes in time.</summary>
    private const string MenuSeconds = "60";

    /// <param name="run">Its directory takes the drive.</param>
    /// <param name="keyFile">The key that it carries.</param>
    /// <param name="token">Ends it.</param>
    public static async Task<VirtualDisk> MakeAsync(MachineRun run, string keyFile, CancellationToken token)
    {
        var file = Path.Combine(run.WorkDirectory, "drive.img");
        await using (var drive = File.Create(file))
        {
            drive.SetLength(Size);
        }

        var loop = (await ExternalProgram.RunAsync("losetup", ["--find", "--show", file], token: token)).Text.Trim();
        try
        {
            // The ramdisk of all machines, and arguments without which emulated kernels are slow.
            NativeProcess.Run(0, NativeProcess.Binary("stiefel"), "setup-client-usbdrive", loop, "--erase", Path.GetFileName(loop), "--force", "--key", keyFile,
                "--ramdisk", Path.GetDirectoryName(run.Ramdisk.Kernel)!, "--menu-seconds", MenuSeconds, "--cmdline", $"{QemuCommandLine.QuickKernel} {QemuCommandLine.SureTimer}");
        }
        finally
        {
            await ExternalProgram.RunAsync("losetup", ["--detach", loop], token: CancellationToken.None);
        }

        return new VirtualDisk(file, DiskBus.Usb);
    }
}
