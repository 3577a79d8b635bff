namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks the disk that is served, and what lies on it.</summary>
internal static class DiskChecks
{
    public static IEnumerable<Finding> Of(Patient patient) => patient.Laptop.Blocks.Names.Count == 0 ? [] : [.. OfRoot(patient), .. OfChoice(patient), .. OfArrays(patient)];

    private static IEnumerable<Finding> OfRoot(Patient patient)
    {
        var root = patient.Laptop.Root;
        var blocks = patient.Laptop.Blocks;
        if (root.Disks.Count == 0)
        {
            yield return Finding.Stop(
                "root-disk-unknown",
                $"cannot find out which disk / is on: the kernel calls it {(root.Source.Length > 0 ? root.Source : "nothing")}{(root.Type.Length > 0 ? $" ({root.Type})" : "")}",
                "name the disk as boot.disk in /etc/stiefel/config.yaml; ZFS and network file systems are not supported here");
        }
        else if (root.Disks.Count > 1)
        {
            yield return Finding.Stop(
                "root-on-several-disks",
                $"/ is on {root.Disks.Count} disks, of which only one can be served: {string.Join("; ", root.Disks.Select(blocks.Describe))}",
                "move the system to one of them (pvmove and vgreduce, btrfs device remove, mdadm --grow), or serve another system's disk");
        }
        else
        {
            var layers = root.Layers.Count > 0 ? $", in {string.Join(", in ", root.Layers)}" : "";
            yield return Finding.Fine("root-disk", $"/ ({root.Type}) is on {blocks.Describe(root.Disks[0])}{layers}");
        }
    }

    private static IEnumerable<Finding> OfChoice(Patient patient)
    {
        var laptop = patient.Laptop;
        var named = patient.Settings.Boot.Disk;
        var served = patient.ServedDisk;
        if (named is not null && served is null && DeviceCanBeSeen(named))
        {
            yield return Finding.Stop("boot-disk-missing", $"boot.disk in {Patient.ConfigurationPath} is {named}, but there is no such disk", $"name one of {Disks(patient)}");
        }
        else if (named is not null && served is not null && laptop.Root.Disk is { } root && laptop.Blocks.DiskOf(served) != root)
        {
            yield return Finding.Note("boot-disk-other", $"boot.disk is {named} (/dev/{served}), but this system is on /dev/{root}: a desktop would boot another system", "remove boot.disk, or name the disk that you mean");
        }
        else if (named is not null && served is not null && laptop.Blocks.DiskOf(served) != served)
        {
            yield return Finding.Stop("boot-disk-partition", $"boot.disk is {named}, a partition: the desktop needs the whole disk", $"name /dev/{laptop.Blocks.DiskOf(served)}, better by {laptop.Names.LastingNameOf(laptop.Blocks.DiskOf(served)) ?? "its serial number"}");
        }

        if (served is null)
        {
            yield break;
        }

        var disk = laptop.Blocks.DiskOf(served);
        if (laptop.Names.LastingNameOf(disk) is { } lasting)
        {
            yield return Finding.Fine("disk-name", $"/dev/{disk} has the permanent name {lasting}");
        }
        else if (laptop.IsRunning)
        {
            yield return Finding.Note("disk-name", $"/dev/{disk} has no name in /dev/disk/by-id, and kernel names may change between boots", "name it as PTUUID=… in boot.disk (`lsblk -o NAME,PTUUID` shows it)");
        }

        if (laptop.Blocks.Attribute(disk, "removable") == "1")
        {
            yield return Finding.Note("disk-removable", $"/dev/{disk} can be taken out while it is served", "leave it plugged in; the desktop's system ends without its disk");
        }
    }

    private static IEnumerable<Finding> OfArrays(Patient patient)
    {
        foreach (var name in patient.Laptop.Root.Devices.SelectMany(patient.Laptop.Blocks.Below).Distinct(StringComparer.Ordinal))
        {
            if (patient.Laptop.Blocks.Attribute(name, "md/degraded") is not ("" or "0"))
            {
                yield return Finding.Note("array-degraded", $"/dev/{name} runs without one of its members, and a desktop would write to the remaining ones", "repair it first: cat /proc/mdstat, mdadm --add");
            }
        }
    }

    // Only the ramdisk can resolve PTUUID= and SERIAL=.
    private static bool DeviceCanBeSeen(string name) => name.StartsWith("/dev/", StringComparison.Ordinal);

    private static string Disks(Patient patient) => string.Join(", ", patient.Laptop.Blocks.Names
        .Where(name => patient.Laptop.Blocks.DiskOf(name) == name && patient.Laptop.Blocks.KindOf(name) is null && patient.Laptop.Blocks.Attribute(name, "size") is not ("" or "0"))
        .Where(name => !name.StartsWith("loop", StringComparison.Ordinal) && !name.StartsWith("zram", StringComparison.Ordinal) && !name.StartsWith("ram", StringComparison.Ordinal))
        .Select(name => patient.Laptop.Names.LastingNameOf(name) ?? $"/dev/{name}"));
}
