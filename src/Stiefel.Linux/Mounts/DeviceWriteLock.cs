using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using static Tmds.Linux.LibC;

namespace Stiefel.Linux.Mounts;

/// <summary>
/// Makes the kernel refuse writes to a block device (BLKROSET, linux/fs.h). A read-only mount depends on the file system
/// driver, and not all drivers keep to it: ext4 with `noload` still deletes orphaned inodes unless the device itself refuses.
/// </summary>
public static class DeviceWriteLock
{
    /// <summary>True if the device refuses writes.</summary>
    /// <exception cref="LinuxException">There is no such block device.</exception>
    public static unsafe bool IsSet(string device)
    {
        using var handle = Open(device, 0);
        var value = 0;
        return LinuxFs.ioctl(handle, LinuxFs.BLKROGET, &value) == 0
            ? value != 0
            : throw LinuxException.FromLastError($"ioctl(\"{device}\", BLKROGET)");
    }

    /// <summary>Locks the device against writes, or unlocks it.</summary>
    /// <exception cref="LinuxException">There is no such block device, or the process is not root.</exception>
    public static unsafe void Set(string device, bool refuse)
    {
        using var handle = Open(device, 0);
        var value = refuse ? 1 : 0;
        if (LinuxFs.ioctl(handle, LinuxFs.BLKROSET, &value) != 0)
        {
            throw LinuxException.FromLastError($"ioctl(\"{device}\", BLKROSET, {value})");
        }
    }

    /// <summary>True if nothing in the kernel holds the device: no mount, mapping or swap (man 2 open, O_EXCL on block devices).</summary>
    public static bool IsFree(string device)
    {
        try
        {
            Open(device, O_EXCL).Dispose();
            return true;
        }
        catch (LinuxException error) when (error.Errno == Errno.EBUSY)
        {
            return false;
        }
    }

    private static SafeFileHandle Open(string device, int flags)
    {
        var handle = Fcntl.open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC | flags, 0);
        return handle.IsInvalid
            ? throw LinuxException.FromLastError($"open(\"{device}\", O_RDONLY{(flags == O_EXCL ? "|O_EXCL" : "")})")
            : handle;
    }
}
