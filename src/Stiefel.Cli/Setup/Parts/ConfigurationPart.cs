using Stiefel.Cli.Configuration;
using Stiefel.Cli.Laptop;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Setup.Parts;

/// <summary>Plans /etc/stiefel/config.yaml, with the disk that / is on. A configuration that names its disk is left alone.</summary>
internal static class ConfigurationPart
{
    private const string Place = "/etc/stiefel/config.yaml";
    private const string Section = "boot:";

    /// <exception cref="RefusedException">The disk of / is unknown, or there are several.</exception>
    /// <exception cref="ConfigurationException">The existing configuration has errors.</exception>
    public static IEnumerable<PlannedFile> Of(LaptopFacts laptop, List<string> notes)
    {
        var before = laptop.Tree.Bytes(Place) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : null;
        if (before is not null && ConfigurationFile.Parse(Place, before).Boot.Disk is not null)
        {
            return [];
        }

        var disk = DiskOf(laptop);
        var name = NameOf(laptop, disk, notes);
        var described = laptop.Blocks.Describe(disk);
        return before is null
            ? [PlannedFile.Text(
                Place,
                $"the configuration: serve {described}, the disk that / is on",
                $"# `stiefel setup-server-os` wrote this; config-example.yaml explains every key.\nboot:\n  # {described}, the disk that / is on\n  disk: {name}\n")]
            : [PlannedFile.Text(Place, $"the configuration names no disk: serve {described}, the disk that / is on", WithDisk(before, name))];
    }

    private static string DiskOf(LaptopFacts laptop) => laptop.Root.Disks switch
    {
        [var only] when laptop.Root.IsRemote => throw new RefusedException($"/ is on /dev/{only}: this system is running on a desktop; run set-up on the laptop itself"),
        [var only] => only,
        [] => throw new RefusedException($"cannot find out which disk / is on (the kernel calls it {(laptop.Root.Source.Length > 0 ? laptop.Root.Source : "nothing")}); set boot.disk in {Place} to that disk, and run this again"),
        var several => throw new RefusedException($"/ is on {several.Count} disks, of which only one can be served: {string.Join("; ", several.Select(laptop.Blocks.Describe))}"),
    };

    private static string NameOf(LaptopFacts laptop, string disk, List<string> notes)
    {
        if (laptop.Names.LastingNameOf(disk) is { } lasting)
        {
            return lasting;
        }

        if (PartitionTableId.Of(laptop.Tree, disk) is { } id)
        {
            return $"PTUUID={id}";
        }

        notes.Add($"/dev/{disk} has neither a permanent name nor an identifier in its partition table; kernel names may change between boots, so check boot.disk when a disk is added");
        return $"/dev/{disk}";
    }

    // Insert the key right below its section if there is one: the order of keys does not matter.
    private static string WithDisk(string text, string name)
    {
        var lines = text.TrimEnd('\n').Split('\n').ToList();
        var at = lines.FindIndex(line => line.TrimEnd() == Section || line.StartsWith(Section + " #", StringComparison.Ordinal));
        if (at < 0)
        {
            return $"{text.TrimEnd('\n')}\n{Section}\n  disk: {name}\n";
        }

        var next = lines.Skip(at + 1).FirstOrDefault(line => line.Trim().Length > 0 && !line.TrimStart().StartsWith('#'));
        var indent = next is not null && next.StartsWith(' ') ? next[..^next.TrimStart().Length] : "  ";
        lines.Insert(at + 1, $"{indent}disk: {name}");
        return string.Join('\n', lines) + "\n";
    }
}
