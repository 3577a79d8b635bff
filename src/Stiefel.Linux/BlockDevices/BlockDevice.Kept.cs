using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

// Held by another process besides: the claim and the lock belong to the open file (man 2 open), and last until the last descriptor of it is closed.
public sealed partial class BlockDevice
{
    /// <summary>For another process that shall hold the disk besides this one.</summary>
    public SafeFileHandle Descriptor => _handle;

    /// <summary>Another machine may write it, whatever is claimed here: fabrics, and disks that several machines share.</summary>
    public bool IsShared { get; private set; }

    /// <summary>It was held, claim and lock included, from when a process that is gone now opened it.</summary>
    public bool WasKept { get; private init; }

    /// <summary>
    /// Takes up what <see cref="Open(string, bool)"/> opened in a process that is gone now. Null if the path names another disk than that by now, or
    /// it was opened otherwise; the descriptor is closed then. Throws <see cref="LinuxException"/>.
    /// </summary>
    public static BlockDevice? TryTakeUp(SafeFileHandle kept, string path, bool readOnly)
    {
        (var type, var number) = DeviceNumber.Stat(path);
        var device = new BlockDevice(kept, path, isBlockSpecial: type == SysStat.S_IFBLK, readOnly) { WasKept = true };
        try
        {
            var mode = Fcntl.fcntl(kept, Fcntl.F_GETFL, 0) & Fcntl.O_ACCMODE;
            if (!IsSame(kept, path) || mode != (readOnly ? Fcntl.O_RDONLY : Fcntl.O_RDWR))
            {
                device.Dispose();
                return null;
            }

            device.Measure(number);
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    // By the device's number, or the file's; that a device of that number is still the same one, its identity tells.
    private static unsafe bool IsSame(SafeFileHandle kept, string path)
    {
        using var now = Fcntl.open(path, Fcntl.O_RDONLY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC | Fcntl.O_NOCTTY, 0);
        SysStat.statx here, there;
        const uint Wanted = SysStat.STATX_TYPE | SysStat.STATX_INO;
        if (now.IsInvalid || SysStat.statx_of(now, "", SysStat.AT_EMPTY_PATH, Wanted, &here) != 0 || SysStat.statx_of(kept, "", SysStat.AT_EMPTY_PATH, Wanted, &there) != 0)
        {
            throw LinuxException.FromLastError($"open(\"{path}\")");
        }

        var isDevice = (here.stx_mode & SysStat.S_IFMT) == SysStat.S_IFBLK;
        return here.stx_mode == there.stx_mode && (isDevice
            ? (here.stx_rdev_major, here.stx_rdev_minor) == (there.stx_rdev_major, there.stx_rdev_minor) && SequenceOf(now) == SequenceOf(kept)
            : (here.stx_ino, here.stx_dev_major, here.stx_dev_minor) == (there.stx_ino, there.stx_dev_major, there.stx_dev_minor));
    }

    // Another disk at the same place has another one. 0 where the kernel, before 5.15, gives none.
    private static unsafe ulong SequenceOf(SafeFileHandle device)
    {
        ulong sequence = 0;
        return LinuxFs.ioctl(device, LinuxFs.BLKGETDISKSEQ, &sequence) == 0 ? sequence : 0;
    }
}
