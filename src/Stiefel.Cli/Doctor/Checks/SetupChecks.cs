using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Files;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks how far Stiefel is set up.</summary>
internal static class SetupChecks
{
    private const string Keys = "etc/stiefel/keys";
    private const string Unit = "stiefel-autokexec.service";

    public static IEnumerable<Finding> Of(Patient patient) => [.. OfConfiguration(patient), .. OfKeys(patient), .. OfRamdisk(patient), .. OfUnit(patient)];

    private static IEnumerable<Finding> OfConfiguration(Patient patient)
    {
        if (patient.ConfigurationProblem.Length > 0)
        {
            yield return Finding.Stop("config-wrong", patient.ConfigurationProblem.Replace("\n", "; ", StringComparison.Ordinal), "correct it; config-example.yaml explains every key");
        }
        else if (patient.Configuration is not { } configuration)
        {
            yield return Finding.Note("config-none", $"there is no {Patient.ConfigurationPath}", "stiefel setup-server-os");
        }
        else if (configuration.Boot.Disk is null)
        {
            yield return Finding.Stop("config-without-disk", $"{Patient.ConfigurationPath} does not name the disk to serve, without which `stiefel autokexec` does not start", Missing(patient, "stiefel setup-server-os, or add `boot:` and below it `  disk: NAME`"));
        }
        else
        {
            yield return Finding.Fine("config", $"{Patient.ConfigurationPath} serves {configuration.Boot.Disk}");
        }
    }

    private static string Missing(Patient patient, string remedy) =>
        patient.Laptop.Root.Disk is { } disk && patient.Laptop.Names.LastingNameOf(disk) is { } name ? remedy.Replace("NAME", name, StringComparison.Ordinal) : remedy.Replace("NAME", "/dev/disk/by-id/…", StringComparison.Ordinal);

    private static IEnumerable<Finding> OfKeys(Patient patient)
    {
        var count = patient.Tree.Names(Keys).Count(name => name.EndsWith(StoredKey.Extension, StringComparison.Ordinal));
        yield return count > 0
            ? Finding.Fine("keys", $"{count} {(count == 1 ? "key is" : "keys are")} accepted")
            : Finding.Note("key-none", $"there is no key in /{Keys}, so calls are not answered", "stiefel key new stick (or stiefel setup-server-os)");
        if (patient.Tree.LinkText(EntryKeys.Link) is { } file && patient.Tree.Bytes(file) is { } present && patient.Tree.OnDisk($"{Keys}/x") is { } inside
            && !EntryKeys.Holds(present, EntryKeys.OfMenu(Path.GetDirectoryName(inside)!)))
        {
            yield return Finding.Note("entry-keys-left", $"{file}, which the boot loader reads, holds other keys than {EntryKeys.Name}: a leave was cut short, or the ramdisk could not wipe them", "stiefel setup-server-os --update");
        }
    }

    private static IEnumerable<Finding> OfRamdisk(Patient patient)
    {
        var setup = patient.Settings.ServerSetup;
        string[] missing = [.. ((string[])[setup.Kernel, setup.Initrd]).Where(file => !patient.Tree.HasFile(file))];
        if (missing.Length > 0)
        {
            yield return Finding.Note("ramdisk-none", $"{string.Join(" and ", missing)} {(missing.Length == 1 ? "is" : "are")} not there, so the laptop has no ramdisk to serve from", $"stiefel create-initrd --out {Path.GetDirectoryName(setup.Kernel)}");
            yield break;
        }

        foreach (var file in (string[])[setup.Kernel, setup.Initrd])
        {
            if (patient.Tree.OnDisk(file) is { } path && FileOwner.Of(path, followLink: true) is { OthersMayWrite: true })
            {
                yield return Finding.Stop("ramdisk-untrusted", $"{file} can be changed by other users, who would get root's rights with it; `stiefel autokexec` does not start", $"check its content, then chmod go-w {file}");
            }
        }

        yield return Finding.Fine("ramdisk", $"{setup.Kernel} and {setup.Initrd} ({DataSize.Binary(new FileInfo(RamdiskImage.Real(patient.Tree.OnDisk(setup.Initrd)!)).Length)})");
    }

    private static IEnumerable<Finding> OfUnit(Patient patient)
    {
        yield return patient.Laptop.IsEnabled(Unit)
            ? Finding.Fine("autokexec", $"{Unit} waits for a desktop's call")
            : Finding.Note("autokexec-off", "`stiefel autokexec` is not started at boot, so a desktop's call is not answered", "stiefel setup-server-os");
        if (patient.Settings.Autokexec.Leave == LeavingWay.Firmware)
        {
            yield return OfEntry(patient);
        }
    }

    private static Finding OfEntry(Patient patient) => StartOnce.Find(patient, out var why) is { } entry
        ? Finding.Fine("leave-firmware", $"the ramdisk can be started once: {entry.Description}")
        : Finding.Stop("leave-firmware", OneTimeEntries.Missing(Patient.ConfigurationPath, why).Message, "make that entry, or set `leave: kexec`");
}
