using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// Distinguishes an open disk from another that later has the same name: `4000787030016 bytes, eui.0025385b01234567`. Two disks of the same
/// size that have no number of their own cannot be distinguished.
/// </summary>
internal static class MediumIdentity
{
    private const int MaxLength = 256;

    // Documentation/ABI/testing/sysfs-block and sysfs-bus-scsi, sysfs-block-dm, Documentation/admin-guide/md.rst, sysfs-block-loop. In this
    // order: NVMe and virtio-blk; SCSI, SATA and USB; MMC; device mapper; RAID; loop devices.
    private static readonly string[] s_names = ["wwid", "device/wwid", "serial", "device/serial", "dm/uuid", "md/uuid", "loop/backing_file"];

    /// <param name="file">The open disk or image.</param>
    /// <param name="path">The path it was opened by, for messages.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <exception cref="LinuxException">The state cannot be read.</exception>
    public static unsafe string Of(SafeFileHandle file, string path, long size)
    {
        SysStat.statx stat;
        if (SysStat.statx_of(file, "", SysStat.AT_EMPTY_PATH, SysStat.STATX_TYPE | SysStat.STATX_INO, &stat) != 0)
        {
            throw LinuxException.FromLastError($"statx({path})");
        }

        return (stat.stx_mode & SysStat.S_IFMT) == SysStat.S_IFBLK
            ? $"{size} bytes{OfDevice(new DeviceNumber(stat.stx_rdev_major, stat.stx_rdev_minor), new BlockSysfs())}"
            : $"{size} bytes, file {stat.stx_ino} of {stat.stx_dev_major}:{stat.stx_dev_minor}";
    }

    /// <summary>A device's number in sysfs; empty if it has none. For a partition: the number of its disk, and where the partition begins.</summary>
    internal static string OfDevice(DeviceNumber number, BlockSysfs sysfs)
    {
        if (sysfs.NameOf(number) is not { } name)
        {
            return "";
        }

        var disk = sysfs.DiskOf(name);
        var at = disk is null ? "" : $", at {sysfs.StartOf(name)}";
        foreach (var attribute in s_names)
        {
            var text = Printable(sysfs.ReadAttribute(disk ?? name, attribute));
            if (text.Length > 0)
            {
                return $", {text}{at}";
            }
        }

        return at;
    }

    // The text comes from the disk's firmware, so remove control characters and limit its length.
    private static string Printable(string text)
    {
        var clean = string.Concat(text.Where(c => !char.IsControl(c))).Trim();
        return clean.Length > MaxLength ? clean[..MaxLength] : clean;
    }
}
