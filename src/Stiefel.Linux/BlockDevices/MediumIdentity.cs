using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// What tells an open disk from another one that stands under the same name later: `4000787030016 bytes, eui.0025385b01234567`. Two disks without
/// a number of their own, and of the same size, are told apart by nothing.
/// </summary>
internal static class MediumIdentity
{
    private const int MaxLength = 256;

    // Documentation/ABI/testing/sysfs-block and sysfs-bus-scsi, sysfs-block-dm, Documentation/admin-guide/md.rst, sysfs-block-loop: NVMe and
    // virtio-blk; SCSI, SATA and USB; MMC; device mapper; RAID; loop devices.
    private static readonly string[] s_names = ["wwid", "device/wwid", "serial", "device/serial", "dm/uuid", "md/uuid", "loop/backing_file"];

    /// <param name="file">The open disk or image.</param>
    /// <param name="path">What it was opened by, for messages.</param>
    /// <param name="size">In bytes.</param>
    /// <exception cref="LinuxException">It cannot be looked at.</exception>
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

    /// <summary>What sysfs tells of a device; empty if it tells nothing. For a partition, of its disk, and where it begins there.</summary>
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

    // A disk's firmware wrote it.
    private static string Printable(string text)
    {
        var clean = string.Concat(text.Where(c => !char.IsControl(c))).Trim();
        return clean.Length > MaxLength ? clean[..MaxLength] : clean;
    }
}
