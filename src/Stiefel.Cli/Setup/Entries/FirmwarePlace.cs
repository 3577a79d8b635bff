using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>
/// An entry in the firmware's own menu, for laptops without a boot loader or whose loader has no place for one, where no signed loader is installed. It starts
/// the kernel, which is an EFI program, from the EFI System partition.
/// </summary>
internal sealed record FirmwarePlace(string Partition, FirmwareSlot Slot) : EntryPlace($"{Partition}/EFI/stiefel", Slot.Path)
{
    // Install no such entry: the firmware would silently skip it.
    private const string Signed = "Secure Boot is on, and the firmware does not accept the distribution's signature on its kernel";

    /// <inheritdoc/>
    public override bool IsOnThisMachineAlone => true;

    /// <inheritdoc/>
    public override string MenuOf(LaptopFacts laptop) => FirmwareMenu;

    /// <summary>Finds the place; null if there is none, with a note if the user can change that.</summary>
    public static FirmwarePlace? Find(LaptopFacts laptop, List<string> notes)
    {
        if (laptop.Boot.EfiDirectory is not { } directory || FirmwareSlot.Find(laptop, directory) is not { } slot)
        {
            return null;
        }

        if (laptop.Firmware.SecureBoot == SecureBoot.On)
        {
            notes.Add($"no entry is added to the firmware's menu: {Signed}; on Debian and Ubuntu, shim-signed and grub-efi-amd64-signed make one possible");
            return null;
        }

        return new FirmwarePlace(directory, slot);
    }

    // The kernel's EFI stub loads the files of initrd= arguments from its own partition (Documentation/admin-guide/efi-stub.rst).
    public override byte[] Content(string version, string arguments)
    {
        var place = $@"\EFI\stiefel\{version}\";
        return Slot.Content(place + Kernel, $"{arguments} initrd={place}{Initrd} initrd={place}{Keys}");
    }
}
