using Stiefel.Cli.Laptop;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks for swap that would cross the cable, and for hibernation, which must not happen to a served disk.</summary>
internal static class SwapChecks
{
    public static IEnumerable<Finding> Of(Patient patient)
    {
        var areas = Areas(patient).Distinct(StringComparer.Ordinal).ToList();
        if (areas.Count > 0)
        {
            yield return Finding.Note("swap-on-disk", $"{string.Join(", ", areas)} is on the disk that is served: what a desktop swaps out crosses the cable", "nothing if the desktop has enough memory; otherwise zram (package systemd-zram-generator or zram-tools) keeps it off the cable");
        }

        var resume = patient.Laptop.Boot.Menu?.Default.CommandLine.Split(' ').LastOrDefault(word => word.StartsWith("resume=", StringComparison.Ordinal));
        if (resume is not null || Configured(patient.Tree) is not null)
        {
            yield return Finding.Note(
                "hibernation",
                $"this system can hibernate ({resume ?? Configured(patient.Tree)}): a disk with a hibernated system on it is not served, since that system would overwrite what a desktop changed",
                "shut it down rather than hibernate it before you serve; a desktop never wakes it (resume= is left out there)");
        }
    }

    // Debian's setting. It suffices for logind and UPower to hibernate when the battery is empty.
    private static string? Configured(LaptopTree tree) =>
        new ShellSettings(tree.Lines("etc/initramfs-tools/conf.d/resume"))["RESUME"] is { Length: > 0 } device and not "none" ? $"RESUME={device} in /etc/initramfs-tools/conf.d/resume" : null;

    private static IEnumerable<string> Areas(Patient patient)
    {
        if (patient.ServedDisk is not { } served)
        {
            yield break;
        }

        var disk = patient.Laptop.Blocks.DiskOf(served);
        bool IsOnIt(string device) => patient.Laptop.Names.Resolve(device) is { } name && patient.Laptop.Blocks.DisksBelow(name).Contains(disk, StringComparer.Ordinal);
        foreach (var entry in patient.Laptop.FileSystems.Where(entry => entry.IsSwap && IsOnIt(entry.Source)))
        {
            yield return entry.Source;
        }

        // After a line of headings, each line has the fields: Filename, Type, Size, Used, Priority.
        foreach (var fields in patient.Tree.Lines("proc/swaps").Skip(1).Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(fields => fields.Length > 1))
        {
            var path = DeviceNames.Unescape(fields[0]);
            if (fields[1] == "file" || (IsOnIt(path) && !patient.Laptop.FileSystems.Any(entry => entry.IsSwap && patient.Laptop.Names.Resolve(entry.Source) == patient.Laptop.Names.Resolve(path))))
            {
                yield return path;
            }
        }
    }
}
