using System.Globalization;

namespace Stiefel.Linux.FileSystems;

/// <summary>The partitions the kernel knows of a disk (Documentation/ABI/stable/sysfs-block).</summary>
public static class DiskPartitions
{
    // sysfs counts in these whatever the disk's own sector size is.
    private const int SysfsSector = 512;

    /// <summary>In the order of their numbers; empty if the disk has no partition table, or is a regular file.</summary>
    /// <param name="disk">A device node or a link to one.</param>
    /// <param name="sysRoot">Where sysfs is mounted.</param>
    /// <param name="deviceRoot">Where the device nodes are.</param>
    public static IReadOnlyList<DiskPartition> List(string disk, string sysRoot = "/sys", string deviceRoot = "/dev")
    {
        string directory = Path.Combine(sysRoot, "class/block", KernelName(disk));
        if (!Directory.Exists(directory))
        {
            return [];
        }

        return [.. Directory.EnumerateDirectories(directory)
            .Where(part => File.Exists(Path.Combine(part, "partition")))
            .Select(part => Read(part, deviceRoot))
            .OrderBy(part => part.Number)];
    }

    /// <summary>The disk on which a partition lies, or null if <paramref name="device"/> is no partition.</summary>
    public static string? DiskOf(string device, string sysRoot = "/sys", string deviceRoot = "/dev")
    {
        string directory = Path.Combine(sysRoot, "class/block", KernelName(device));
        if (!File.Exists(Path.Combine(directory, "partition")))
        {
            return null;
        }

        // The entry in class/block is a link into the device tree, where a partition lies in its disk's directory.
        string real = Directory.ResolveLinkTarget(directory, returnFinalTarget: true)?.FullName ?? directory;
        return Path.Combine(deviceRoot, Path.GetFileName(Path.GetDirectoryName(real)!));
    }

    /// <summary>`sda` for /dev/sda, for a link to it, and for `cciss!c0d0` style nodes in directories of /dev.</summary>
    internal static string KernelName(string device)
    {
        string real = (File.Exists(device) ? File.ResolveLinkTarget(device, returnFinalTarget: true)?.FullName : null) ?? device;
        return real.StartsWith("/dev/", StringComparison.Ordinal) ? real["/dev/".Length..].Replace('/', '!') : Path.GetFileName(real);
    }

    private static DiskPartition Read(string directory, string deviceRoot)
    {
        string name = Path.GetFileName(directory);
        return new DiskPartition(
            name,
            Path.Combine(deviceRoot, name.Replace('!', '/')),
            (int)ReadNumber(directory, "partition"),
            ReadNumber(directory, "start") * SysfsSector,
            ReadNumber(directory, "size") * SysfsSector);
    }

    private static long ReadNumber(string directory, string file)
        => long.Parse(File.ReadAllText(Path.Combine(directory, file)).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
}
