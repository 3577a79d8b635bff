using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Laptop;
using Stiefel.Linux.Firmware;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>
/// An entry in the firmware's own menu, for laptops without a boot loader or whose loader has no place for one. It starts the kernel, which is an EFI
/// program, from the EFI System partition. It is left out of the firmware's BootOrder, so that it never starts by itself.
/// </summary>
internal sealed record FirmwarePlace(string Partition, ushort Number, EfiPartition Where) : EntryPlace($"{Partition}/EFI/stiefel", $"{Variables}/Boot{Number:X4}-{EfiVariables.Global}")
{
    private const string Variables = EfiVariables.Root;

    // Install no such entry: the firmware would silently skip it.
    private const string Signed = "Secure Boot is on, and the firmware does not accept the distribution's signature on its kernel";

    /// <inheritdoc/>
    public override bool IsOnThisMachineAlone => true;

    /// <summary>True if the path is a firmware variable that Stiefel did not write, for example that of a desktop on which this system runs.</summary>
    public static bool IsForeign(string path, byte[] content) => path.StartsWith(Variables + "/", StringComparison.Ordinal)
        && FirmwareEntry.DescriptionIn(content.AsSpan(Math.Min(EfiVariables.Lasting.Length, content.Length))) != Label;

    /// <summary>Finds the place; null if there is none, with a note if the user can change that.</summary>
    public static FirmwarePlace? Find(LaptopFacts laptop, List<string> notes)
    {
        // Leave a desktop's firmware alone.
        if (laptop.Root.IsRemote || !laptop.Firmware.HasVariables || laptop.Boot.EfiDirectory is not { } directory || EfiPartition.Of(laptop, directory) is not { } where)
        {
            return null;
        }

        if (laptop.Firmware.SecureBoot == SecureBoot.On)
        {
            notes.Add($"no entry is added to the firmware's menu: {Signed}");
            return null;
        }

        var variables = new EfiVariables(laptop.Tree.OnDisk(Variables)!);
        var numbers = variables.NumbersOf("Boot", EfiVariables.Global);
        var own = numbers.Where(number => FirmwareEntry.DescriptionIn(variables.Read($"Boot{number:X4}", EfiVariables.Global)) == Label).Select(number => (ushort?)number).FirstOrDefault();
        return new FirmwarePlace(directory, own ?? Enumerable.Range(0, ushort.MaxValue).Select(number => (ushort)number).First(number => !numbers.Contains(number)), where);
    }

    // The kernel's EFI stub loads the files of initrd= arguments from its own partition (Documentation/admin-guide/efi-stub.rst).
    public override byte[] Content(string version, string arguments)
    {
        var place = $@"\EFI\stiefel\{version}\";
        return [.. EfiVariables.Lasting, .. FirmwareOption.Encode(Label, Where, place + Kernel, $"{arguments} initrd={place}{Initrd} initrd={place}{Keys}")];
    }
}
