using Stiefel.BootFiles.Disk;
using Stiefel.Linux.Firmware;

namespace Stiefel.Cli.Laptop;

/// <summary>Whether the firmware starts only what is signed.</summary>
internal enum SecureBoot
{
    /// <summary>Unknown: no UEFI, or its variables cannot be read.</summary>
    Unknown,

    /// <summary>The firmware starts any program.</summary>
    Off,

    /// <summary>The firmware starts only programs signed by its keys.</summary>
    On,

    /// <summary>The firmware has no keys, and accepts the first ones that it is given.</summary>
    SetupMode,
}

/// <summary>The laptop's firmware.</summary>
/// <param name="IsUefi">True for UEFI; false for BIOS or a tree without /sys.</param>
/// <param name="HasVariables">True if its variables are accessible, so that an entry can be selected for a single start.</param>
/// <param name="SecureBoot">Whether it requires signatures.</param>
/// <param name="Keys">The signers that it accepts.</param>
/// <param name="MachineOwnerKeys">The further signers that shim accepts.</param>
/// <param name="Loader">The boot loader that started this system, as it told the firmware; empty if it did not.</param>
internal sealed record Firmware(bool IsUefi, bool HasVariables, SecureBoot SecureBoot, IReadOnlyList<string> Keys, IReadOnlyList<string> MachineOwnerKeys, string Loader)
{
    private const string Place = "sys/firmware/efi";
    private const string Variables = Place + "/efivars";

    private static readonly Guid s_imageSecurity = new("d719b2cb-3d3a-4596-a3bc-dad00e67656f");
    private static readonly Guid s_shim = new("605dab50-e046-4300-abb6-3dd810dd8b23");

    /// <summary>Reads the firmware's facts from a tree.</summary>
    public static Firmware Of(LaptopTree tree)
    {
        var directory = Path.Combine(tree.Root, (tree.RealPath(Variables) ?? Variables).TrimStart('/'));
        var variables = new EfiVariables(directory);
        return new Firmware(
            tree.HasDirectory(Place),
            tree.Names(Variables).Count > 0,
            StateOf(variables),
            SignatureDatabase.Names(variables.Read("db", s_imageSecurity)),
            SignatureDatabase.Names(variables.Read("MokListRT", s_shim)),
            FirmwareVariables.ReadText(directory, "LoaderInfo"));
    }

    private static SecureBoot StateOf(EfiVariables variables) => (Flag(variables, "SecureBoot"), Flag(variables, "SetupMode")) switch
    {
        (1, _) => SecureBoot.On,
        (_, 1) => SecureBoot.SetupMode,
        (0, _) => SecureBoot.Off,
        _ => SecureBoot.Unknown,
    };

    private static byte? Flag(EfiVariables variables, string name) => variables.Read(name, EfiVariables.Global) is [var flag, ..] ? flag : null;
}
