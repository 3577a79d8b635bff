using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.Linux.Interop;

/// <summary>fcntl.h and linux/falloc.h: opening, locking, allocating.</summary>
internal static unsafe partial class Fcntl
{
    internal const int O_RDONLY = 0;
    internal const int O_WRONLY = 1;
    internal const int O_RDWR = 2;
    internal const int O_ACCMODE = 3;
    internal const int O_CREAT = 0x40;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_EXCL = 0x80;
    internal const int O_NOCTTY = 0x100;
    internal const int O_CLOEXEC = 0x80000;
    internal const int O_TMPFILE = 0x410000;

    internal const int FALLOC_FL_KEEP_SIZE = 0x1;
    internal const int FALLOC_FL_PUNCH_HOLE = 0x2;
    internal const int FALLOC_FL_ZERO_RANGE = 0x10;

    internal const int POSIX_FADV_WILLNEED = 3;

    internal const int F_DUPFD = 0;
    internal const int F_GETFD = 1;
    internal const int F_SETFD = 2;
    internal const int F_GETFL = 3;
    internal const int FD_CLOEXEC = 1;
    internal const int F_DUPFD_CLOEXEC = 1030;
    internal const int F_OFD_GETLK = 36;
    internal const int F_OFD_SETLK = 37;
    internal const int F_SETPIPE_SZ = 1031;
    internal const short F_RDLCK = 0;
    internal const short F_WRLCK = 1;
    internal const short F_UNLCK = 2;

    /// <summary>struct flock of 64-bit systems. An l_len of 0 means up to the end of the file; l_pid must be 0 for open file description locks.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct flock
    {
        internal short l_type;
        internal short l_whence;
        internal long l_start;
        internal long l_len;
        internal int l_pid;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle open(string path, int flags, uint mode);

    /// <summary>open, for a descriptor that stays open as long as the process runs.</summary>
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open_number(string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fallocate(SafeFileHandle fd, int mode, long offset, long length);

    /// <summary>Returns the error number instead of setting errno (man 3 posix_fadvise).</summary>
    [LibraryImport("libc")]
    internal static partial int posix_fadvise(SafeFileHandle fd, long offset, long length, int advice);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fcntl(SafeFileHandle fd, int command, flock* argument);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fcntl(SafeFileHandle fd, int command, nint argument);

    /// <summary>fcntl by the descriptor's number.</summary>
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fcntl(int fd, int command, nint argument);
}
