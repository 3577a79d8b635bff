using Stiefel.Linux.BlockDevices;

namespace Stiefel.Client.Memory;

/// <summary>The drives of this machine that may be the stick. This computer's own disks are not among them, so that none is opened.</summary>
internal static class StickDrives
{
    private const string Devices = "/sys/class/block";

    /// <summary>The device files of drives at USB and of memory cards, without their partitions.</summary>
    public static IReadOnlyList<string> List()
    {
        var sysfs = new BlockSysfs();
        return [.. Directory.GetFileSystemEntries(Devices).Select(entry => Path.GetFileName(entry)!)
            .Where(name => IsStick(sysfs, name)).Order(StringComparer.Ordinal).Select(name => "/dev/" + name)];
    }

    // The kernel names memory cards mmcblk0 and their boot areas mmcblk0boot0.
    private static bool IsStick(BlockSysfs sysfs, string name) => sysfs.DiskOf(name) is null
        && ((name.StartsWith("sd", StringComparison.Ordinal) && sysfs.PlaceOf(name).Contains("/usb", StringComparison.Ordinal))
            || (name.StartsWith("mmcblk", StringComparison.Ordinal) && !name.Contains("boot", StringComparison.Ordinal)));
}
