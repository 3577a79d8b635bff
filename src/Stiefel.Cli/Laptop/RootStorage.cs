using Stiefel.Linux.Mounts;

namespace Stiefel.Cli.Laptop;

/// <summary>What the root file system lies on.</summary>
/// <param name="Source">As the kernel or fstab names it; empty if neither does.</param>
/// <param name="Type">The type of its file system; empty likewise.</param>
/// <param name="Devices">The kernel's names of what it is made on; none if they cannot be told.</param>
/// <param name="Disks">The disks below them.</param>
/// <param name="Layers">What lies between, the uppermost first: `LVM /dev/dm-1 (vg-root)`.</param>
internal sealed record RootStorage(string Source, string Type, IReadOnlyList<string> Devices, IReadOnlyList<string> Disks, IReadOnlyList<string> Layers)
{
    private const string BtrfsPlace = "sys/fs/btrfs";

    /// <summary>The one disk that must be served; null if there is none, or there are several.</summary>
    public string? Disk => Disks is [var only] ? only : null;

    /// <summary>It is a desktop's disk, which another machine serves.</summary>
    public bool IsRemote => Disks.Any(disk => disk.StartsWith("nbd", StringComparison.Ordinal));

    /// <summary>Reads it.</summary>
    public static RootStorage Of(LaptopTree tree, BlockTree blocks, DeviceNames names, IReadOnlyList<FileSystemEntry> table)
    {
        var mount = MountTable.Parse(tree.Text("proc/self/mountinfo") ?? "").LastOrDefault(entry => entry.Directory == "/");
        var planned = table.FirstOrDefault(entry => entry.Directory == "/");
        var source = mount.Source ?? planned?.Source ?? "";
        var type = mount.Type ?? planned?.Type ?? "";
        var device = names.Resolve(source);
        var devices = device is null ? [] : type == "btrfs" ? BtrfsDevices(tree, device) : [device];
        var all = devices.SelectMany(blocks.Below).Distinct(StringComparer.Ordinal).ToList();
        return new RootStorage(
            source,
            type,
            devices,
            [.. devices.SelectMany(blocks.DisksBelow).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            [.. all.Where(one => blocks.KindOf(one) is not null).Select(one => $"{blocks.KindOf(one)} {blocks.Describe(one)}")]);
    }

    // One file system of several devices, of which the kernel names one.
    private static IReadOnlyList<string> BtrfsDevices(LaptopTree tree, string device) =>
        tree.Names(BtrfsPlace).Select(id => tree.Names($"{BtrfsPlace}/{id}/devices")).FirstOrDefault(devices => devices.Contains(device, StringComparer.Ordinal)) ?? [device];
}
