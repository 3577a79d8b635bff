using Stiefel.EndToEnd.Native;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Stick;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A stick that the published program has written to a drive as a person would. The drive is a loop device, which is attached to a machine's USB port.</summary>
internal static class WrittenStick
{
    private const long Size = 512L * 1024 * 1024;

    /// <summary>The time that the menu waits, long enough for a key to arrive in time on a slow machine.</summary>
    private const string MenuSeconds = "60";

    /// <param name="run">The run, in whose directory the drive's file is made.</param>
    /// <param name="keyFile">The key to put on the stick.</param>
    /// <param name="token">Cancels the work.</param>
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
            // Use the ramdisk of all machines, and add arguments without which emulated kernels are slow.
            NativeProcess.Run(0, NativeProcess.Binary("stiefel"), "setup-client-usbdrive", loop, "--erase", Path.GetFileName(loop), "--force", "--key", keyFile,
                "--ramdisk", Path.GetDirectoryName(run.Ramdisk.Kernel)!, "--menu-seconds", MenuSeconds, "--cmdline", $"{QemuCommandLine.QuickKernel} {QemuCommandLine.SureTimer}");
        }
        finally
        {
            await ExternalProgram.RunAsync("losetup", ["--detach", loop], token: CancellationToken.None);
        }

        return new VirtualDisk(file, DiskBus.Usb);
    }

    /// <summary>True if the stick remembers this laptop as the last one.</summary>
    public static async Task<bool> RemembersAsync(VirtualDisk stick, string keyFile, string laptopId, CancellationToken token)
    {
        var sector = new byte[StickMemory.Size];
        await using var drive = File.OpenRead(stick.Path);
        drive.Position = StickMemory.Offset;
        await drive.ReadExactlyAsync(sector, token);
        using var key = SharedKey.FromBytes(await File.ReadAllBytesAsync(keyFile, token), "stick");
        return StickMemory.Read(sector)!.IsLast(key, laptopId);
    }
}
