using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// Shows, without reading the whole disk, that something wrote it between two moments: the mark is taken while the disk is open exclusively and all writes are on
/// the medium, and compared when the disk is open again. A file's mark is its inode, size and times. A block device's mark is how often and how much the kernel has written
/// and discarded since it found the device (Documentation/block/stat.rst), and the device's sequence number (diskseq). If the kernel does not count, or if
/// other machines can write the disk, there is no mark.
/// </summary>
internal static class ChangeMark
{
    // Two changes of a file within one tick of the kernel's clock get the same time; a tick is at most 10 ms (CONFIG_HZ is at least 100).
    private static readonly TimeSpan s_ticks = TimeSpan.FromMilliseconds(25);

    // Bio-based drivers, for which the block layer keeps no counts, and drivers whose medium other machines may reach.
    private static readonly string[] s_uncounted = ["dm-", "md", "zram", "pmem", "bcache"];
    private static readonly string[] s_shared = ["drbd", "rbd", "nbd"];

    /// <param name="file">The open disk or image.</param>
    /// <param name="path">The path it was opened by, for messages.</param>
    /// <param name="sysfs">Finds devices by their numbers.</param>
    /// <returns>The mark; empty if changes cannot be detected.</returns>
    /// <exception cref="LinuxException">The state cannot be read.</exception>
    public static string Of(SafeFileHandle file, string path, BlockSysfs sysfs)
    {
        var stat = Stat(file, path);
        if ((stat.stx_mode & SysStat.S_IFMT) == SysStat.S_IFBLK)
        {
            return OfDevice(new DeviceNumber(stat.stx_rdev_major, stat.stx_rdev_minor), sysfs);
        }

        Thread.Sleep(s_ticks);
        return Describe(Stat(file, path));
    }

    /// <summary>The mark of a block device; a partition has that of its whole disk.</summary>
    internal static string OfDevice(DeviceNumber number, BlockSysfs sysfs)
    {
        if (sysfs.NameOf(number) is not { } name)
        {
            return "";
        }

        var disk = sysfs.DiskOf(name) ?? name;
        var sequence = sysfs.ReadAttribute(disk, "diskseq");
        var fields = sysfs.ReadAttribute(disk, "stat").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (Array.Exists(s_uncounted, disk.StartsWith) || IsShared(disk, sysfs) || sequence.Length == 0 || sysfs.ReadAttribute(disk, "queue/iostats") != "1" || fields.Length < 14)
        {
            return "";
        }

        // Writes and discards, each as a count of requests and of sectors.
        return $"disk {sequence}, written {fields[4]}/{fields[6]}, discarded {fields[11]}/{fields[13]}{OfBackingFile(sysfs.ReadAttribute(disk, "loop/backing_file"))}";
    }

    /// <summary>True if another machine may write the device, whatever is claimed here.</summary>
    internal static bool IsShared(DeviceNumber number, BlockSysfs sysfs) => sysfs.NameOf(number) is { } name && IsShared(sysfs.DiskOf(name) ?? name, sysfs);

    private static bool IsShared(string disk, BlockSysfs sysfs) => Array.Exists(s_shared, disk.StartsWith) || IsOfFabric(disk, sysfs);

    // NVMe over fabrics; NVMe with several controllers, whose shared disk has no transport attribute; iSCSI and Fibre Channel (drivers/scsi/scsi_transport_*).
    private static bool IsOfFabric(string disk, BlockSysfs sysfs) => disk.StartsWith("nvme", StringComparison.Ordinal)
        ? sysfs.ReadAttribute(disk, "device/transport") != "pcie"
        : sysfs.PlaceOf(disk) is var place && (place.Contains("/session", StringComparison.Ordinal) || place.Contains("/rport-", StringComparison.Ordinal));

    // The file behind a loop device can be written without the loop device, so its times are part of the mark.
    private static string OfBackingFile(string path) => path.Length == 0 ? "" : FileStamp.Of(path) is { } stamp
        ? string.Create(CultureInfo.InvariantCulture, $", on file {stamp.Inode} of {stamp.Device}, {stamp.Size} bytes, changed {stamp.ChangedSeconds}.{stamp.ChangedNanoseconds:d9}")
        : ", on a file that is gone";

    private static string Describe(in SysStat.statx stat) => string.Create(
        CultureInfo.InvariantCulture,
        $"file {stat.stx_ino} of {stat.stx_dev_major}:{stat.stx_dev_minor}, {stat.stx_size} bytes, written {stat.stx_mtime.tv_sec}.{stat.stx_mtime.tv_nsec:d9}, changed {stat.stx_ctime.tv_sec}.{stat.stx_ctime.tv_nsec:d9}");

    private static unsafe SysStat.statx Stat(SafeFileHandle file, string path)
    {
        const uint Wanted = SysStat.STATX_TYPE | SysStat.STATX_INO | SysStat.STATX_SIZE | SysStat.STATX_MTIME | SysStat.STATX_CTIME;
        SysStat.statx stat;
        return SysStat.statx_of(file, "", SysStat.AT_EMPTY_PATH, Wanted, &stat) == 0 ? stat : throw LinuxException.FromLastError($"statx({path})");
    }
}
