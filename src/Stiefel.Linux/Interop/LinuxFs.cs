using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.Linux.Interop;

/// <summary>linux/fs.h: the ioctls of block devices (man 4 sd). The values are the same on x86-64 and arm64.</summary>
internal static unsafe partial class LinuxFs
{
    /// <summary>int: 1 makes the kernel refuse all writes through this device.</summary>
    internal const nuint BLKROSET = 0x125d;

    /// <summary>int: the value that BLKROSET set, or 1 if the disk itself is read-only.</summary>
    internal const nuint BLKROGET = 0x125e;

    /// <summary>Makes the kernel read the partition table again (man 8 blockdev, --rereadpt).</summary>
    internal const nuint BLKRRPART = 0x125f;

    /// <summary>Writes back and drops the device's page cache.</summary>
    internal const nuint BLKFLSBUF = 0x1261;

    /// <summary>u64: sequence number of the disk; since Linux 5.15.</summary>
    internal const nuint BLKGETDISKSEQ = 0x80081280;

    /// <summary>int: size of a logical sector in bytes.</summary>
    internal const nuint BLKSSZGET = 0x1268;

    /// <summary>unsigned int: size of a physical sector in bytes.</summary>
    internal const nuint BLKPBSZGET = 0x127b;

    /// <summary>u64[2]: offset and length in bytes.</summary>
    internal const nuint BLKDISCARD = 0x1277;

    /// <summary>unsigned short: 1 if seeks cost time.</summary>
    internal const nuint BLKROTATIONAL = 0x127e;

    /// <summary>long: reads a file's FS_*_FL flags.</summary>
    internal const nuint FS_IOC_GETFLAGS = 0x80086601;

    /// <summary>long: sets a file's FS_*_FL flags.</summary>
    internal const nuint FS_IOC_SETFLAGS = 0x40086602;

    internal const int FS_IMMUTABLE_FL = 0x10;

    /// <summary>linux/loop.h: detaches the device from its backing file.</summary>
    internal const nuint LOOP_CLR_FD = 0x4c01;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ioctl(SafeFileHandle fd, nuint request, void* argument);
}
