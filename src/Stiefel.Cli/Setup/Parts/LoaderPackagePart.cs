using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Parts;

/// <summary>What a person does by hand before packages of the boot loader are upgraded on a desktop: their answers are debconf's, which no file of ours can change.</summary>
internal static class LoaderPackagePart
{
    public static void Note(LaptopFacts laptop, List<string> notes)
    {
        var package = LoaderPackage.Of(laptop.Tree);
        if (package is { WritesFirmware: true })
        {
            notes.Add($"by hand, so that an upgrade of GRUB on a desktop does not write into the desktop's firmware: {LoaderPackage.LeaveFirmware}");
        }

        if (package is not null && package.Devices.Any(DeviceNames.IsOfHardware))
        {
            notes.Add($"by hand: grub-pc knows the disk by a name that a desktop has not: {LoaderPackage.StayAtHome}");
        }
    }
}
