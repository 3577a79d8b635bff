using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Stick;
using Stiefel.CommandLine;
using Stiefel.Machines.Scenarios;

namespace Stiefel.Cli.Machines;

/// <summary>Makes what virtual machines start from, by the code of `create-initrd` and `setup-client-usbdrive`.</summary>
internal static class MachineRamdisk
{
    public static RamdiskParts Of(RamdiskImage ramdisk) => new(ramdisk.Kernel, ramdisk.Initrd)
    {
        NetBoot = File.Exists(ramdisk.NetBoot) ? ramdisk.NetBoot : null,
        DebugShell = [.. Overlay.Files(Overlay.Debug)],
        MakeStickAsync = (path, keyFile, arguments, token) =>
            new StickImage(new StickContent(ramdisk, keyFile, arguments) { MenuSeconds = 0 }, StickLayout.Mbr, new StepLog(TextWriter.Null)).WriteAsync(path, token),
    };
}
