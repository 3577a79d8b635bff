using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks Secure Boot, and whether this machine would start the ramdisk's kernel.</summary>
internal static class SignatureChecks
{
    private const string FirmwareRemedy = "build the ramdisk with a kernel that this machine trusts (initrd.debian.kernel-package), enrol its key (mokutil --import), or switch Secure Boot off in the firmware";

    public static IEnumerable<Finding> Of(Patient patient)
    {
        var firmware = patient.Laptop.Firmware;
        if (patient.Laptop.IsRunning)
        {
            yield return firmware.SecureBoot switch
            {
                SecureBoot.On => Finding.Fine("secure-boot", $"UEFI with Secure Boot; keys of {Names([.. firmware.Keys, .. firmware.MachineOwnerKeys])}"),
                SecureBoot.SetupMode => Finding.Note("secure-boot-setup-mode", "the firmware is in setup mode: Secure Boot has no keys, and any program started there can give it some", "enrol keys, or restore the factory's in the firmware's menu"),
                SecureBoot.Off => Finding.Fine("secure-boot", "UEFI without Secure Boot"),
                _ => Finding.Fine("secure-boot", firmware.IsUefi ? "UEFI; it is unknown whether Secure Boot is on" : "BIOS, or UEFI in its compatibility mode: nothing asks for signatures"),
            };
        }

        if (patient.Laptop.Kernel.IsLockedDown || firmware.SecureBoot == SecureBoot.On)
        {
            foreach (var finding in OfRamdisk(patient))
            {
                yield return finding;
            }
        }
    }

    private static IEnumerable<Finding> OfRamdisk(Patient patient)
    {
        var file = patient.Settings.ServerSetup.Kernel;
        if (!patient.Tree.HasFile(file))
        {
            yield break; // other checks report a missing ramdisk
        }

        var issuers = patient.Tree.Use(file, KernelSignature.IssuersIn) ?? [];
        var trusted = KernelSignature.TrustedBy(patient.Laptop);
        if (issuers.Count == 0)
        {
            yield return Finding.Stop("ramdisk-unsigned", $"{file} is not signed, but this machine starts signed kernels only (lockdown={patient.Laptop.Kernel.Lockdown})", FirmwareRemedy);
        }
        else if (trusted.Count > 0 && !issuers.Any(trusted.Contains))
        {
            var text = $"{file} is signed under {Names(issuers)}, which this machine does not trust: it trusts {Names(trusted)}";
            yield return patient.Settings.Autokexec.Leave != LeavingWay.Kexec && StartOnce.Find(patient, out _) is FirmwareEntry { HasOwnLoader: true } entry
                ? Finding.Note("ramdisk-foreign-signature", $"{text}; the laptop leaves by a restart instead, with a shim that trusts it: {entry.Description}", "for the quicker way: build the ramdisk upon the laptop's own kernel (initrd.kernel: own)")
                : Finding.Stop("ramdisk-foreign-signature", text, FirmwareRemedy);
        }
        else
        {
            yield return Finding.Fine("ramdisk-signed", $"the ramdisk's kernel is signed under {Names(issuers)}");
        }
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.DefaultIfEmpty("nobody who can be told"));
}
