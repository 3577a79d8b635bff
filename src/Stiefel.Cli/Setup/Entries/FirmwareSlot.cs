using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Laptop;
using Stiefel.Linux.Firmware;

namespace Stiefel.Cli.Setup.Entries;

/// <summary>An entry in this machine's firmware: a variable Boot#### (UEFI 2.10 §3.1.3), left out of BootOrder, so that it never starts by itself.</summary>
/// <param name="Number">The variable's number: that of set-up's own, or a free one.</param>
/// <param name="Where">The EFI System partition, as the firmware knows it.</param>
internal sealed record FirmwareSlot(ushort Number, EfiPartition Where)
{
    private const string Variables = EfiVariables.Root;

    /// <summary>Path of the variable.</summary>
    public string Path => $"{Variables}/Boot{Number:X4}-{EfiVariables.Global}";

    /// <summary>True if the path is a firmware variable that Stiefel did not write, for example that of a desktop on which this system runs.</summary>
    public static bool IsForeign(string path, byte[] content) => path.StartsWith(Variables + "/", StringComparison.Ordinal)
        && FirmwareEntry.DescriptionIn(content.AsSpan(Math.Min(EfiVariables.Lasting.Length, content.Length))) != OneTimeEntries.Name;

    /// <summary>Finds the entry of set-up, or room for one; null on a desktop, whose firmware is left alone, and where the firmware's variables are not accessible.</summary>
    /// <param name="laptop">The facts about the laptop.</param>
    /// <param name="directory">Where the EFI System partition is mounted.</param>
    public static FirmwareSlot? Find(LaptopFacts laptop, string directory)
    {
        if (laptop.Root.IsRemote || !laptop.Firmware.HasVariables || EfiPartition.Of(laptop, directory) is not { } where)
        {
            return null;
        }

        var variables = new EfiVariables(laptop.Tree.OnDisk(Variables)!);
        var numbers = variables.NumbersOf("Boot", EfiVariables.Global);
        var own = numbers.Where(number => FirmwareEntry.DescriptionIn(variables.Read($"Boot{number:X4}", EfiVariables.Global)) == OneTimeEntries.Name).Select(number => (ushort?)number).FirstOrDefault();
        return new FirmwareSlot(own ?? Enumerable.Range(0, ushort.MaxValue).Select(number => (ushort)number).First(number => !numbers.Contains(number)), where);
    }

    /// <summary>The variable's file: attributes, then the entry.</summary>
    /// <param name="program">The program's path on that partition, with backslashes.</param>
    /// <param name="arguments">See <see cref="FirmwareOption.Encode"/>.</param>
    public byte[] Content(string program, string? arguments) => [.. EfiVariables.Lasting, .. FirmwareOption.Encode(OneTimeEntries.Name, Where, program, arguments)];
}
