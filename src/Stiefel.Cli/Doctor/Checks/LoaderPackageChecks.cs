using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>What an upgrade of the boot loader does that is made while the system runs on a desktop.</summary>
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
            yield return Finding.Note("loader-writes-firmware", "GRUB's packages write a boot entry when they are upgraded: on a desktop into the desktop's firmware, as the first of its order", LoaderPackage.LeaveFirmware);
        }

        foreach (var device in package.Devices.Where(DeviceNames.IsOfHardware))
        {
            yield return Finding.Note("loader-by-hardware", $"grub-pc writes GRUB to {device} when it is upgraded, which a desktop has not: it asks there, or fails and stays half configured", LoaderPackage.StayAtHome);
        }
    }
}
