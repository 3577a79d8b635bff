using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Parts;

/// <summary>Plans what the boot loader's packages need so that an upgrade of them on a desktop does no harm: a setting of debconf's, or something to do by hand.</summary>
internal static class LoaderPackagePart
{
    private const string Why = "when GRUB's packages are upgraded while this system runs on a desktop, they must not write into the desktop's firmware; the laptop's own entry is there, and stays";

    public static IEnumerable<PlannedFile> Of(LaptopFacts laptop, List<string> notes)
    {
        var package = LoaderPackage.Of(laptop.Tree);
        if (package is not null && package.Devices.Any(DeviceNames.IsOfHardware))
        {
            notes.Add($"by hand: grub-pc is set to write to a disk by a name that does not exist on a desktop: {LoaderPackage.StayAtHome}");
        }

        if (package is not { WritesFirmware: true })
        {
            return [];
        }

        if (DebconfAnswers.Read(laptop.Tree) is { } answers && DebconfAnswers.With(answers, LoaderPackage.FirmwareQuestion, LoaderPackage.LeaveAlone) is { } changed)
        {
            return [new PlannedFile(DebconfAnswers.Path, Why) { Content = changed, Answer = new PlannedAnswer(LoaderPackage.FirmwareQuestion, LoaderPackage.LeaveAlone) }];
        }

        notes.Add($"by hand, so that an upgrade of GRUB on a desktop does not write into the desktop's firmware: {LoaderPackage.LeaveFirmware}");
        return [];
    }
}
