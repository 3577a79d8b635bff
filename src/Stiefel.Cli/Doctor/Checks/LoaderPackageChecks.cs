using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks what an upgrade of the boot loader would do while the system runs on a desktop.</summary>
internal static class LoaderPackageChecks
{
    public static IEnumerable<Finding> Of(Patient patient)
    {
        if (LoaderPackage.Of(patient.Tree) is not { } package)
        {
            yield break;
        }

        if (package.WritesFirmware)
        {
            yield return Finding.Note("loader-writes-firmware", "an upgrade of GRUB's packages writes a boot entry into the firmware: on a desktop into the desktop's, as its first", $"`stiefel setup-server-os` changes that; by hand: {LoaderPackage.LeaveFirmware}");
        }

        foreach (var device in package.Devices.Where(DeviceNames.IsOfHardware))
        {
            yield return Finding.Note("loader-by-hardware", $"grub-pc writes GRUB to {device} when it is upgraded, and no desktop has a disk of that name: there the upgrade asks, or fails and stays half configured", LoaderPackage.StayAtHome);
        }
    }
}
