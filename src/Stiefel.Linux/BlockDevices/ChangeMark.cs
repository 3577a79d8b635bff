using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

/// <summary>
/// What shows, without reading it, that a disk was written by somebody between two moments: taken while it is open exclusively and all is on the
/// medium, and compared when it is open again. A file's mark is its inode, size and times; a block device's is how often and how much the kernel wrote
/// and discarded since it found the device (Documentation/block/stat.rst), and which device that is (diskseq). Where the kernel does not count, or
/// others than this kernel can write, nothing can be told.
/// </summary>
internal static class ChangeMark
{
    // Written in the same tick of the kernel's clock (CONFIG_HZ is 100 at least), two states of a file have the same times.
    private static readonly TimeSpan s_ticks = TimeSpan.FromMilliseconds(25);

    // Bio-based drivers, which the block layer does not count for, and those whose medium other machines may reach.
    private static readonly string[] s_uncounted = ["dm-", "md", "zram", "pmem", "bcache"];
    private static readonly string[] s_shared = ["drbd", "rbd", "nbd"];

    /// <param name="file">The open disk or image.</param>
    /// <param name="path">What it was opened by, for messages.</param>
    /// <param name="sysfs">Where devices are looked up.</param>
    /// <returns>Empty if it cannot be told.</returns>
    /// <exception cref="LinuxException">It cannot be looked at.</exception>
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

    /// <summary>Reads the mark of a block device; a partition has that of its whole disk.</summary>
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

        // Writes and discards: how many, and how many sectors.
        return $"disk {sequence}, written {fields[4]}/{fields[6]}, discarded {fields[11]}/{fields[13]}{OfBackingFile(sysfs.ReadAttribute(disk, "loop/backing_file"))}";
    }

    /// <summary>Another machine may write the device, whatever is claimed here.</summary>
    internal static bool IsShared(DeviceNumber number, BlockSysfs sysfs) => sysfs.NameOf(number) is { } name && IsShared(sysfs.DiskOf(name) ?? name, sysfs);

    private static bool IsShared(string disk, BlockSysfs sysfs) => Array.Exists(s_shared, disk.StartsWith) || IsOfFabric(disk, sysfs);

    // NVMe over fabrics, and NVMe with several controllers, whose common disk tells no transport; iSCSI and Fibre Channel (drivers/scsi/scsi_transport_*).
    private static bool IsOfFabric(string disk, BlockSysfs sysfs) => disk.StartsWith("nvme", StringComparison.Ordinal)
        ? sysfs.ReadAttribute(disk, "device/transport") != "pcie"
        : sysfs.PlaceOf(disk) is var place && (place.Contains("/session", StringComparison.Ordinal) || place.Contains("/rport-", StringComparison.Ordinal));

    // A loop device's file can be written past it.
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
