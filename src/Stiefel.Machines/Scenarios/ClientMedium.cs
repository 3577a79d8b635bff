using Stiefel.Machines.Qemu;

namespace Stiefel.Machines.Scenarios;

/// <summary>What a desktop starts from.</summary>
/// <param name="Startup">How it starts.</param>
/// <param name="Disks">The stick in its USB port, or nothing.</param>
public sealed record ClientMedium(Startup Startup, IReadOnlyList<VirtualDisk> Disks)
{
    /// <summary>Makes it.</summary>
    /// <param name="path">Files are made that begin so.</param>
    /// <param name="start">Which kind.</param>
    /// <param name="ramdisk">The client ramdisk.</param>
    /// <param name="keyFile">The key it is given; null for none.</param>
    /// <param name="arguments">Kernel arguments besides the role.</param>
    /// <param name="token">Ends it.</param>
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
