namespace Stiefel.Machines.Qemu;

/// <summary>OVMF as distributions install it: the code, and a template of the variables, which is copied for each machine.</summary>
public sealed record UefiFirmware(string Code, string VariablesTemplate)
{
    private const string Directory = "/usr/share/OVMF";

    // All current releases have the 4 MiB build; older ones have the 2 MiB build.
    private static readonly UefiFirmware[] s_known =
    [
        new($"{Directory}/OVMF_CODE_4M.fd", $"{Directory}/OVMF_VARS_4M.fd"),
        new($"{Directory}/OVMF_CODE.fd", $"{Directory}/OVMF_VARS.fd"),
    ];

    // Its variables contain Microsoft's keys, and its code protects them from a running system (System Management Mode).
    private static readonly UefiFirmware[] s_secure = [new($"{Directory}/OVMF_CODE_4M.secboot.fd", $"{Directory}/OVMF_VARS_4M.ms.fd")];

    /// <summary>Finds the firmware for a machine that starts with UEFI, and copies the variables for it. Null for any other machine.</summary>
    /// <exception cref="FileNotFoundException">The firmware is not installed.</exception>
    public static UefiFirmware? PrepareFor(VirtualMachineOptions options)
    {
        if (options.Startup is not Startup.Uefi uefi)
        {
            return null;
        }

        var firmware = Find(uefi.HasSecureBoot ? s_secure : s_known);
        File.Copy(firmware.VariablesTemplate, QemuCommandLine.VariablesFile(options), overwrite: true);
        return firmware;
    }

    /// <exception cref="FileNotFoundException">The firmware is not installed.</exception>
    private static UefiFirmware Find(UefiFirmware[] known)
        => known.FirstOrDefault(firmware => File.Exists(firmware.Code) && File.Exists(firmware.VariablesTemplate))
            ?? throw new FileNotFoundException($"no UEFI firmware in {Directory}: install the package ovmf");
}
