using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>sys/mount.h; the flags MS_* and MNT_* come from Tmds.LibC.</summary>
internal static partial class SysMount
{
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int mount(string? source, string target, string? filesystemtype, nuint mountflags, string? data);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int umount2(string target, int flags);
}
