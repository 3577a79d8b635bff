using System.Globalization;

namespace Stiefel.Cli.Laptop;

/// <summary>Which block devices are built on which others, from sysfs (Documentation/ABI/stable/sysfs-block). Devices have the kernel's names.</summary>
internal sealed class BlockTree(LaptopTree tree)
{
    private const string Place = "sys/class/block";

    // Deeper than anybody stacks devices.
    private const int MaxDepth = 16;

    /// <summary>Names of all block devices; none in a tree without /sys.</summary>
    public IReadOnlyList<string> Names { get; } = tree.Names(Place);

    /// <summary>True if there is a device of this name.</summary>
    public bool Has(string name) => Names.Contains(name, StringComparer.Ordinal);

    /// <summary>The disk of a partition; any other device itself.</summary>
    public string DiskOf(string name) => tree.HasFile($"{Place}/{name}/partition") && tree.RealPath($"{Place}/{name}") is { } path
        ? Path.GetFileName(Path.GetDirectoryName(path)) ?? name
        : name;

    /// <summary>The partitions of a disk.</summary>
    public IEnumerable<string> PartitionsOf(string disk) => Names.Where(name => name != disk && DiskOf(name) == disk);

    /// <summary>The devices that a device is built on directly.</summary>
    public IReadOnlyList<string> SlavesOf(string name) => tree.Names($"{Place}/{name}/slaves");

    /// <summary>A device's attribute in sysfs; empty if it has none.</summary>
    public string Attribute(string name, string attribute) => tree.Text($"{Place}/{name}/{attribute}") ?? "";

    /// <summary>The disks that a device lies on, through all layers.</summary>
    public IReadOnlyList<string> DisksBelow(string name) =>
        [.. Below(name).Select(DiskOf).Where(one => SlavesOf(one).Count == 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>The device and everything below it except disks: logical volumes, encrypted partitions, arrays, partitions; the topmost first.</summary>
    public IReadOnlyList<string> Below(string name)
    {
        var found = new List<string>();
        Add(name, found, 0);
        return found;
    }

    /// <summary>The kind of layer, for example `LUKS`, `LVM` or `RAID`; null for a disk or a partition.</summary>
    public string? KindOf(string name)
    {
        var id = Attribute(name, "dm/uuid");
        return id.StartsWith("CRYPT-", StringComparison.Ordinal) ? "LUKS"
            : id.StartsWith("LVM-", StringComparison.Ordinal) ? "LVM"
            : tree.HasDirectory($"{Place}/{name}/md") ? "RAID"
            : name.StartsWith("bcache", StringComparison.Ordinal) ? "bcache"
            : id.Length > 0 ? "device mapper"
            : null;
    }

    /// <summary>The device with this device-mapper name (`vg-root`); null if there is none.</summary>
    public string? Mapped(string name) => Names.FirstOrDefault(one => Attribute(one, "dm/name") == name);

    /// <summary>Describes a device for people: `/dev/dm-0 (vg-root)`, `/dev/sda (SAMSUNG MZ7, 256 GB)`.</summary>
    public string Describe(string name)
    {
        string[] words = [Attribute(name, "dm/name"), Attribute(name, "device/model"), SizeOf(name)];
        var known = string.Join(", ", words.Where(word => word.Length > 0));
        return known.Length > 0 ? $"/dev/{name} ({known})" : $"/dev/{name}";
    }

    // sysfs counts in units of 512 bytes, regardless of the sector size.
    private string SizeOf(string name) => long.TryParse(Attribute(name, "size"), NumberStyles.None, CultureInfo.InvariantCulture, out var sectors) && sectors > 0
        ? $"{sectors * 512 / 1e9:0} GB"
        : "";

    private void Add(string name, List<string> found, int depth)
    {
        if (depth > MaxDepth || found.Contains(name))
        {
            return;
        }

        found.Add(name);
        // A partition of an array has no slaves itself; the array has.
        foreach (var slave in SlavesOf(DiskOf(name)))
        {
            Add(slave, found, depth + 1);
        }
    }
}
