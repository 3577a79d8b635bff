using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.Linux.Interop;

/// <summary>
/// linux/mount.h: makes a mount that is attached nowhere, since Linux 5.2 (man 2 fsopen). Only glibc 2.36 and later have wrappers, musl has none, so the
/// calls are made by number; the numbers are the same on every architecture (asm-generic/unistd.h).
/// </summary>
internal static partial class SysFsMount
{
    internal const nint SYS_fsopen = 430;
    internal const nint SYS_fsconfig = 431;
    internal const nint SYS_fsmount = 432;

    internal const uint FSOPEN_CLOEXEC = 0x1;
    internal const uint FSCONFIG_CMD_CREATE = 6;
    internal const uint FSMOUNT_CLOEXEC = 0x1;
    internal const uint MOUNT_ATTR_NOSUID = 0x2;
    internal const uint MOUNT_ATTR_NODEV = 0x4;
    internal const uint MOUNT_ATTR_NOEXEC = 0x8;

    internal static SafeFileHandle fsopen(string fsname, uint flags) => Opened(fsopen(SYS_fsopen, fsname, flags));

    /// <summary>fsconfig(fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0).</summary>
    internal static int fsconfig_create(SafeFileHandle fd) => (int)fsconfig(SYS_fsconfig, fd, FSCONFIG_CMD_CREATE, 0, 0, 0);

    internal static SafeFileHandle fsmount(SafeFileHandle fd, uint flags, uint attributes) => Opened(fsmount(SYS_fsmount, fd, flags, attributes));

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle openat(SafeFileHandle dirfd, string path, int flags, uint mode);

    private static SafeFileHandle Opened(nint result) => new(result, ownsHandle: true);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint fsopen(nint number, string fsname, nuint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint fsconfig(nint number, SafeFileHandle fd, nuint command, nint key, nint value, nint aux);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint fsmount(nint number, SafeFileHandle fd, nuint flags, nuint attributes);
}
