using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Files;
using Stiefel.Linux.Interop;

namespace Stiefel.Linux.BlockDevices;

// A disk that another process holds, too: claim and lock belong to the open file (man 2 open), and last until its last descriptor is closed.
public sealed partial class BlockDevice
{
    /// <summary>The descriptor, for another process that is to hold the disk as well.</summary>
    public SafeFileHandle Descriptor => _handle;

    /// <summary>True if another machine may write the disk regardless of the claim: disks on fabrics, and disks that several machines share.</summary>
    public bool IsShared { get; private set; }

    /// <summary>True if another process kept the disk open, with claim and lock, since the process that first opened it ended.</summary>
    public bool WasKept { get; private init; }

    /// <summary>
    /// Takes over a disk that <see cref="Open(string, bool)"/> opened in a process that has ended. Null, with the descriptor closed, if the path now
    /// names another disk or the disk was opened in the other mode. Throws <see cref="LinuxException"/>.
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

    // Compares the device's number and disk sequence number, or the file's inode.
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

    // A disk that takes another's place gets a new number (diskseq). Kernels before 5.15 have none: 0.
    private static unsafe ulong SequenceOf(SafeFileHandle device)
    {
        ulong sequence = 0;
        return LinuxFs.ioctl(device, LinuxFs.BLKGETDISKSEQ, &sequence) == 0 ? sequence : 0;
    }
}
