using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.Linux.Interop;

/// <summary>sys/stat.h: statx(2), because its layout is the same on every architecture.</summary>
internal static unsafe partial class SysStat
{
    internal const int AT_FDCWD = -100;
    internal const int AT_SYMLINK_NOFOLLOW = 0x100;
    internal const uint STATX_TYPE = 0x1;
    internal const uint STATX_MODE = 0x2;
    internal const uint STATX_UID = 0x8;

    internal const uint STATX_MTIME = 0x40;
    internal const uint STATX_CTIME = 0x80;
    internal const uint STATX_INO = 0x100;
    internal const uint STATX_SIZE = 0x200;
    internal const int AT_EMPTY_PATH = 0x1000;

    internal const int S_IFMT = 0xf000;
    internal const int S_IFREG = 0x8000;
    internal const int S_IFSOCK = 0xc000;
    internal const int S_IFIFO = 0x1000;
    internal const int S_IFBLK = 0x6000;
    internal const int S_IFCHR = 0x2000;

    /// <summary>Seconds since 1970, and nanoseconds.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 16)]
    internal struct statx_timestamp
    {
        [FieldOffset(0)]
        internal long tv_sec;

        [FieldOffset(8)]
        internal uint tv_nsec;
    }

    /// <summary>The fields that are used here, at their offsets.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct statx
    {
        [FieldOffset(0x14)]
        internal uint stx_uid;

        [FieldOffset(0x1c)]
        internal ushort stx_mode;

        [FieldOffset(0x20)]
        internal ulong stx_ino;

        [FieldOffset(0x28)]
        internal ulong stx_size;

        [FieldOffset(0x60)]
        internal statx_timestamp stx_ctime;

        [FieldOffset(0x70)]
        internal statx_timestamp stx_mtime;

        [FieldOffset(0x80)]
        internal uint stx_rdev_major;

        [FieldOffset(0x84)]
        internal uint stx_rdev_minor;

        [FieldOffset(0x88)]
        internal uint stx_dev_major;

        [FieldOffset(0x8c)]
        internal uint stx_dev_minor;
    }

    /// <summary>statx(2), under another name because the struct is called statx.</summary>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int statx_at(int dirfd, string path, int flags, uint mask, statx* buffer);

    /// <summary>statx(2) on an open file: pass an empty path and AT_EMPTY_PATH.</summary>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int statx_of(SafeFileHandle file, string path, int flags, uint mask, statx* buffer);

    /// <summary>sys/stat.h; the device is a dev_t as sys/sysmacros.h makes it.</summary>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mknod(string path, uint mode, ulong device);

    /// <summary>For paths that the runtime would shorten: it takes `/..` for `/`, which is wrong for a process that stayed in the initramfs.</summary>
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mkdir(string path, uint mode);
}
