using System.Text;
using Stiefel.Linux.Firmware;

namespace Stiefel.Cli.Autokexec;

/// <summary>A boot entry of the firmware itself, whatever loader it leads to: BootNext, which the firmware forgets as it follows it (UEFI 2.10 §3.3).</summary>
internal sealed class FirmwareEntry(EfiVariables variables, ushort number) : IOneTimeEntry
{
    private const string Next = "BootNext";

    // EFI_LOAD_OPTION: 4 bytes of attributes, 2 bytes length of the path, then the description.
    private const int HeadSize = 6;

    private static readonly Guid s_global = new("8be4df61-93ca-11d2-aa0d-00e098032b8c");

    public string Description => $"the firmware's entry Boot{number:X4}, by {Next}";

    /// <summary>The first that is called so.</summary>
    /// <returns>Null if there is none; then this says why.</returns>
    public static FirmwareEntry? Find(EfiVariables variables, out string why)
    {
        why = variables.AreThere ? $"the firmware has no entry called {OneTimeEntries.Name}" : "this machine was not started by UEFI";
        foreach (var number in variables.NumbersOf("Boot", s_global))
        {
            if (DescriptionIn(variables.Read($"Boot{number:X4}", s_global)).Equals(OneTimeEntries.Name, StringComparison.OrdinalIgnoreCase))
            {
                return new FirmwareEntry(variables, number);
            }
        }

        return null;
    }

    public void Order() => variables.Set(Next, s_global, [(byte)number, (byte)(number >> 8)]);

    public void TakeBack() => variables.Remove(Next, s_global);

    private static string DescriptionIn(byte[] option)
    {
        var text = option.Length > HeadSize ? Encoding.Unicode.GetString(option.AsSpan(HeadSize)) : "";
        return text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var end ? text[..end] : "";
    }
}
