using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks whether a desktop can open the encrypted volumes, too.</summary>
internal static class EncryptionChecks
{
    private const string AddPassphrase = "add one: cryptsetup luksAddKey DEVICE, or systemd-cryptenroll --password DEVICE";

    public static IEnumerable<Finding> Of(Patient patient)
    {
        foreach (var entry in patient.Laptop.Encrypted.Where(entry => !entry.IsOptional))
        {
            if (DeviceNames.IsOfHardware(entry.Source))
            {
                var text = $"/etc/crypttab names {entry.Name} by the laptop's hardware ({entry.Source}), which differs on a desktop";
                const string Remedy = "write UUID=… instead (cryptsetup luksUUID shows it), and rebuild the initramfs";
                // For the root file system only a note, because some initramfs tools translate its name.
                yield return IsBelowRoot(patient, entry) ? Finding.Note("crypttab-root-by-hardware", text, Remedy) : Finding.Stop("crypttab-by-hardware", text, Remedy);
            }

            if (entry.UsesTpm)
            {
                yield return Finding.Note("crypttab-tpm", $"{entry.Name} is opened by the laptop's TPM, which no desktop has: a desktop asks for a passphrase", "make sure that there is one that you know: systemd-cryptenroll lists what opens the volume");
            }
        }

        foreach (var device in Devices(patient))
        {
            if (patient.Tree.DeviceBytes($"dev/{device}", LuksHeader.MostBytes) is { } bytes && LuksHeader.Read(bytes) is { } header)
            {
                foreach (var finding in Judge(device, header))
                {
                    yield return finding;
                }
            }
        }
    }

    private static IEnumerable<Finding> Judge(string device, LuksHeader header)
    {
        if (header.TpmSlots.Count > 0 && header.OtherSlots.Count == 0)
        {
            yield return Finding.Stop("luks-without-passphrase", $"/dev/{device} can be opened by the laptop's TPM only: on a desktop nobody could open it", AddPassphrase.Replace("DEVICE", $"/dev/{device}", StringComparison.Ordinal));
        }
        else if (header.TpmSlots.Count > 0)
        {
            yield return Finding.Note("luks-tpm", $"/dev/{device} is sealed to the laptop's TPM; a desktop asks for its passphrase or recovery key", "make sure that you know it");
        }
    }

    private static bool IsBelowRoot(Patient patient, CryptEntry entry) => patient.Laptop.Blocks.Mapped(entry.Name) is { } opened
        && patient.Laptop.Root.Devices.SelectMany(patient.Laptop.Blocks.Below).Contains(opened, StringComparer.Ordinal);

    // The partitions of the served disk.
    private static IEnumerable<string> Devices(Patient patient) => patient.ServedDisk is { } served
        ? patient.Laptop.Blocks.PartitionsOf(patient.Laptop.Blocks.DiskOf(served)).Append(patient.Laptop.Blocks.DiskOf(served))
        : [];
}
