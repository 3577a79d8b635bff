using System.Text;
using Stiefel.Linux.Firmware;

namespace Stiefel.Cli.Autokexec;

/// <summary>A boot entry of the firmware itself, whatever loader it leads to: BootNext, which the firmware forgets as it follows it (UEFI 2.10 §3.3).</summary>
internal sealed class FirmwareEntry(EfiVariables variables, ushort number) : IOneTimeEntry
{
    private const string Next = "BootNext";

    // EFI_LOAD_OPTION: 4 bytes of attributes, 2 bytes length of the path, then the description.
    private const int HeadSize = 6;

    public string Description => $"the firmware's entry Boot{number:X4}, by {Next}";

    /// <summary>The first that is called so.</summary>
    /// <returns>Null if there is none; then this says why.</returns>
    public static FirmwareEntry? Find(EfiVariables variables, out string why)
    {
        why = variables.AreThere ? $"the firmware has no entry called {OneTimeEntries.Name}" : "this machine was not started by UEFI";
        foreach (var number in variables.NumbersOf("Boot", EfiVariables.Global))
        {
            if (DescriptionIn(variables.Read($"Boot{number:X4}", EfiVariables.Global)).Equals(OneTimeEntries.Name, StringComparison.OrdinalIgnoreCase))
            {
                return new FirmwareEntry(variables, number);
            }
        }

        return null;
    }

    public void Order() => variables.Set(Next, EfiVariables.Global, [(byte)number, (byte)(number >> 8)]);

    public void TakeBack() => variables.Remove(Next, EfiVariables.Global);

    /// <summary>What the firmware's menu shows of an entry; empty if it is damaged.</summary>
    public static string DescriptionIn(ReadOnlySpan<byte> option)
    {
        var text = option.Length > HeadSize ? Encoding.Unicode.GetString(option[HeadSize..]) : "";
        return text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var end ? text[..end] : "";
    }
}
