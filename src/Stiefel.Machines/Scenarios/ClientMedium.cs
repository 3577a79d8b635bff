using Stiefel.Machines.Qemu;

namespace Stiefel.Machines.Scenarios;

/// <summary>The medium that a desktop starts from.</summary>
/// <param name="Startup">How the desktop starts.</param>
/// <param name="Disks">The stick in its USB port; empty for none.</param>
public sealed record ClientMedium(Startup Startup, IReadOnlyList<VirtualDisk> Disks)
{
    /// <summary>Makes a medium.</summary>
    /// <param name="path">The beginning of the path of the files to make.</param>
    /// <param name="start">The kind of medium.</param>
    /// <param name="ramdisk">The client ramdisk.</param>
    /// <param name="keyFile">The key to put on the medium; null for none.</param>
    /// <param name="arguments">Kernel arguments besides the role.</param>
    /// <param name="token">Cancels the work.</param>
    public static async Task<ClientMedium> MakeAsync(
        string path, DesktopStart start, RamdiskParts ramdisk, string? keyFile, string arguments, CancellationToken token)
    {
        if (start == DesktopStart.Direct)
        {
            var initrd = ramdisk.Initrd;
            if (keyFile is not null)
            {
                initrd = path + ".initrd.img";
                await KeyedInitrd.WriteAsync(ramdisk.Initrd, initrd, keyFile, [], token);
            }

            return new ClientMedium(new Startup.DirectKernel(ramdisk.Kernel, initrd, $"stiefel_role=client {arguments}"), []);
        }

        var stick = path + ".stick.img";
        await ramdisk.MakeStickAsync(stick, keyFile, arguments, token);
        Startup firmware = start == DesktopStart.Uefi ? new Startup.Uefi() : new Startup.Bios();
        return new ClientMedium(firmware, [new VirtualDisk(stick, DiskBus.Usb)]);
    }
}
