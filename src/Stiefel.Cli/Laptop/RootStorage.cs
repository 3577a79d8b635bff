using Stiefel.Linux.Mounts;

namespace Stiefel.Cli.Laptop;

/// <summary>The storage that holds the root file system.</summary>
/// <param name="Source">The device as the kernel or fstab names it; empty if unknown.</param>
/// <param name="Type">The type of the file system; empty if unknown.</param>
/// <param name="Devices">The kernel's names of the devices that hold the file system; none if unknown.</param>
/// <param name="Disks">The disks below these devices.</param>
/// <param name="Layers">The layers between, topmost first, for example `LVM /dev/dm-1 (vg-root)`.</param>
internal sealed record RootStorage(string Source, string Type, IReadOnlyList<string> Devices, IReadOnlyList<string> Disks, IReadOnlyList<string> Layers)
{
    private const string BtrfsPlace = "sys/fs/btrfs";

    /// <summary>The single disk that must be served; null if there is none or several.</summary>
    public string? Disk => Disks is [var only] ? only : null;

    /// <summary>True if another machine serves the disk, so that this machine is a desktop.</summary>
    public bool IsRemote => Disks.Any(disk => disk.StartsWith("nbd", StringComparison.Ordinal));

    /// <summary>Finds the storage of / in a tree.</summary>
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

    // A btrfs file system may span several devices, of which the kernel names only one.
    private static IReadOnlyList<string> BtrfsDevices(LaptopTree tree, string device) =>
        tree.Names(BtrfsPlace).Select(id => tree.Names($"{BtrfsPlace}/{id}/devices")).FirstOrDefault(devices => devices.Contains(device, StringComparer.Ordinal)) ?? [device];
}
