namespace Stiefel.Machines.Qemu;

/// <summary>OVMF as the distributions install it: the code, and a template of the variables to be copied for each machine.</summary>
public sealed record UefiFirmware(string Code, string VariablesTemplate)
{
    private const string Directory = "/usr/share/OVMF";

    // The 4 MiB build is the one all current releases have; the 2 MiB one is found on older ones.
    private static readonly UefiFirmware[] s_known =
    [
        new($"{Directory}/OVMF_CODE_4M.fd", $"{Directory}/OVMF_VARS_4M.fd"),
        new($"{Directory}/OVMF_CODE.fd", $"{Directory}/OVMF_VARS.fd"),
    ];

    // Its variables hold Microsoft's keys, and its code keeps them from a running system (System Management Mode).
    private static readonly UefiFirmware[] s_secure = [new($"{Directory}/OVMF_CODE_4M.secboot.fd", $"{Directory}/OVMF_VARS_4M.ms.fd")];

    /// <summary>For a machine that starts by UEFI: its firmware, and its own copy of the variables. Null for any other.</summary>
    /// <exception cref="FileNotFoundException">It is not installed.</exception>
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

    /// <exception cref="FileNotFoundException">It is not installed.</exception>
    private static UefiFirmware Find(UefiFirmware[] known)
        => known.FirstOrDefault(firmware => File.Exists(firmware.Code) && File.Exists(firmware.VariablesTemplate))
            ?? throw new FileNotFoundException($"no UEFI firmware in {Directory}: install the package ovmf");
}
