using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Laptop;
using Stiefel.Linux.Firmware;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>
/// The firmware's own menu, for laptops whose loader has no place for an entry, or that have none: a kernel with its arguments, which is an EFI program, on the EFI
/// System partition. The entry is not in the order in which the firmware tries its entries (BootOrder), so that it is never started by itself.
/// </summary>
internal sealed record FirmwarePlace(string Partition, ushort Number, EfiPartition Where) : EntryPlace($"{Partition}/EFI/stiefel", $"{Variables}/Boot{Number:X4}-{EfiVariables.Global}")
{
    private const string Variables = EfiVariables.Root;

    // What the firmware refuses to start, it skips; a person would only see that nothing happens.
    private const string Signed = "the firmware starts only what is signed (Secure Boot), and by itself not a distribution's kernel";

    /// <inheritdoc/>
    public override bool IsOnThisMachineAlone => true;

    /// <summary>A variable of the firmware's, by its path, that is none of ours: that of a desktop, say, on which this system runs.</summary>
    public static bool IsForeign(string path, byte[] content) => path.StartsWith(Variables + "/", StringComparison.Ordinal)
        && FirmwareEntry.DescriptionIn(content.AsSpan(Math.Min(EfiVariables.Lasting.Length, content.Length))) != Label;

    /// <summary>Null if there is none, which a note says where a person can change that.</summary>
    public static FirmwarePlace? Find(LaptopFacts laptop, List<string> notes)
    {
        // A desktop's firmware is none of ours.
        if (laptop.Root.IsRemote || !laptop.Firmware.HasVariables || laptop.Boot.EfiDirectory is not { } directory || EfiPartition.Of(laptop, directory) is not { } where)
        {
            return null;
        }

        if (laptop.Firmware.SecureBoot == SecureBoot.On)
        {
            notes.Add($"no entry of the firmware's is installed: {Signed}");
            return null;
        }

        var variables = new EfiVariables(laptop.Tree.OnDisk(Variables)!);
        var numbers = variables.NumbersOf("Boot", EfiVariables.Global);
        var own = numbers.Where(number => FirmwareEntry.DescriptionIn(variables.Read($"Boot{number:X4}", EfiVariables.Global)) == Label).Select(number => (ushort?)number).FirstOrDefault();
        return new FirmwarePlace(directory, own ?? Enumerable.Range(0, ushort.MaxValue).Select(number => (ushort)number).First(number => !numbers.Contains(number)), where);
    }

    // Linux' own loader takes files by such arguments, from the partition that it is on itself (Documentation/admin-guide/efi-stub.rst).
    public override byte[] Content(string version, string arguments)
    {
        var place = $@"\EFI\stiefel\{version}\";
        return [.. EfiVariables.Lasting, .. FirmwareOption.Encode(Label, Where, place + Kernel, $"{arguments} initrd={place}{Initrd} initrd={place}{Keys}")];
    }
}
