using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Parts;

/// <summary>Notes what to do by hand before the boot loader's packages are upgraded on a desktop: it is a debconf setting, which no file of set-up's can change.</summary>
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
            notes.Add($"by hand: grub-pc is set to write to a disk by a name that does not exist on a desktop: {LoaderPackage.StayAtHome}");
        }
    }
}
