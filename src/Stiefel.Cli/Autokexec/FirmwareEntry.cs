using System.Text;
using Stiefel.Linux.Firmware;

namespace Stiefel.Cli.Autokexec;

/// <summary>A boot entry of the firmware itself, selected by BootNext, which the firmware clears before it boots the entry (UEFI 2.10 §3.3).</summary>
internal sealed class FirmwareEntry(EfiVariables variables, ushort number) : IOneTimeEntry
{
    private const string Next = "BootNext";

    // EFI_LOAD_OPTION begins with 4 bytes of attributes and 2 bytes for the path's length; the description follows.
    private const int HeadSize = 6;

    /// <summary>The shim of an entry with a boot loader of its own.</summary>
    public const string Shim = @"\EFI\stiefel\shimx64.efi";

    public string Description => $"the firmware's entry Boot{number:X4}, by {Next}";

    /// <summary>True if it starts a shim and a GRUB of its own, which accept the kernel's signature even where the laptop's own loader and kernel do not.</summary>
    public bool HasOwnLoader => Names(variables.Read($"Boot{number:X4}", EfiVariables.Global), Shim);

    /// <summary>Finds the entry called <see cref="OneTimeEntries.Name"/>.</summary>
    /// <param name="variables">The firmware's variables.</param>
    /// <param name="why">The reason if there is none.</param>
    /// <returns>The entry; null if there is none.</returns>
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

    // Either the kernel is told its files by arguments, initrd=\EFI\stiefel\VERSION\keys.img, or shim and GRUB are started, whose menu names the version.
    public bool ReadsKeysFrom(string file)
    {
        var option = variables.Read($"Boot{number:X4}", EfiVariables.Global);
        var (version, files) = (Path.GetFileName(Path.GetDirectoryName(file)), Path.GetDirectoryName(Path.GetDirectoryName(file)));
        return Names(option, $@"\{version}\{Path.GetFileName(file)}")
            || (Names(option, Shim) && Path.Combine(files ?? "/", "grub.cfg") is var menu && File.Exists(menu) && File.ReadAllText(menu).Contains($"/{version}/{Path.GetFileName(file)}", StringComparison.Ordinal));
    }

    public void Order() => variables.Set(Next, EfiVariables.Global, [(byte)number, (byte)(number >> 8)]);

    public void TakeBack() => variables.Remove(Next, EfiVariables.Global);

    private static bool Names(byte[] option, string path) => option.AsSpan().IndexOf(Encoding.Unicode.GetBytes(path)) >= 0;

    /// <summary>The name that the firmware's menu shows for an entry; empty if the entry is damaged.</summary>
    public static string DescriptionIn(ReadOnlySpan<byte> option)
    {
        var text = option.Length > HeadSize ? Encoding.Unicode.GetString(option[HeadSize..]) : "";
        return text.IndexOf('\0', StringComparison.Ordinal) is >= 0 and var end ? text[..end] : "";
    }
}
