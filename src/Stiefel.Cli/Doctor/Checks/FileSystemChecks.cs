using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks what else /etc/fstab mounts: a desktop has only the served disk, under other names.</summary>
internal static class FileSystemChecks
{
    public static IEnumerable<Finding> Of(Patient patient)
    {
        var elsewhere = patient.Laptop.FileSystems.Select(entry => (Entry: entry, Disks: OtherDisks(patient, entry.Source))).Where(found => found.Disks.Count > 0).ToList();
        var needed = elsewhere.Where(found => !found.Entry.IsOptional && !found.Entry.IsSwap && found.Entry.Directory != "/").ToList();
        if (needed.Count > 0)
        {
            yield return Finding.Stop(
                "fstab-other-disk",
                $"/etc/fstab needs disks that are not served, so on a desktop the system would stop in its emergency shell: {string.Join("; ", needed.Select(found => $"{found.Entry.Directory} on {string.Join(", ", found.Disks.Select(patient.Laptop.Blocks.Describe))}"))}",
                "add `nofail` to the options of these lines if the system can do without");
        }

        foreach (var (entry, disks) in elsewhere.Where(found => !needed.Contains(found) && !found.Entry.IsSwap && found.Entry.Directory != "/"))
        {
            yield return Finding.Note("fstab-other-disk-optional", $"{entry.Directory} is on {string.Join(", ", disks.Select(patient.Laptop.Blocks.Describe))}, which is missing on a desktop", "nothing, if that is intended");
        }

        foreach (var finding in patient.Laptop.FileSystems.Where(entry => DeviceNames.IsOfHardware(entry.Source)).Select(Judge))
        {
            yield return finding;
        }
    }

    private static Finding Judge(FileSystemEntry entry)
    {
        var text = $"/etc/fstab names {(entry.IsSwap ? "swap" : entry.Directory)} by the laptop's hardware ({entry.Source}), which differs on a desktop";
        const string Remedy = "write UUID=… instead (blkid shows it)";
        // No stop for the root, which is mounted before the table is read, nor for swap, for which systemd does not wait.
        return entry.IsOptional || entry.IsSwap || entry.Directory == "/"
            ? Finding.Note("fstab-by-hardware-optional", text, Remedy)
            : Finding.Stop("fstab-by-hardware", text + ": the system would stop in its emergency shell", Remedy);
    }

    private static IReadOnlyList<string> OtherDisks(Patient patient, string source) =>
        patient.ServedDisk is { } served && patient.Laptop.Names.Resolve(source) is { } device
            ? [.. patient.Laptop.Blocks.DisksBelow(device).Where(disk => disk != patient.Laptop.Blocks.DiskOf(served))]
            : [];
}
