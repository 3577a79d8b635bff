using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.Linux.Interop;

/// <summary>unistd.h and sys/uio.h: reading and writing, file names, and the process's user.</summary>
internal static unsafe partial class Unistd
{
    internal const int SEEK_SET = 0;
    internal const int SEEK_END = 2;
    internal const int SEEK_DATA = 3;
    internal const int SEEK_HOLE = 4;

    internal const int RWF_NOWAIT = 0x8;

    [StructLayout(LayoutKind.Sequential)]
    internal struct iovec
    {
        internal byte* iov_base;
        internal nuint iov_len;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint pread(SafeFileHandle fd, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint preadv2(SafeFileHandle fd, iovec* parts, int count, long offset, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint pwrite(SafeFileHandle fd, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fdatasync(SafeFileHandle fd);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int fsync(SafeFileHandle fd);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ftruncate(SafeFileHandle fd, long length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial long lseek(SafeFileHandle fd, long offset, int whence);

    /// <summary>This cannot fail.</summary>
    [LibraryImport("libc")]
    internal static partial uint geteuid();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int link(string oldPath, string newPath);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int pipe2(int* ends, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial SafeFileHandle dup(SafeFileHandle descriptor);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int dup2(SafeFileHandle oldDescriptor, int newDescriptor);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint read(SafeFileHandle fd, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint write(SafeFileHandle fd, byte* buffer, nuint count);
}
