using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.Linux.Interop;

/// <summary>sched.h and linux/sockios.h, the parts that network namespaces use.</summary>
internal static partial class SysSched
{
    internal const int CLONE_NEWNET = 0x40000000;
    internal const uint SIOCGSKNS = 0x894c;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int unshare(int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int setns(SafeFileHandle fd, int type);

    /// <summary>ioctl(SIOCGSKNS): opens the network namespace of a socket.</summary>
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial SafeFileHandle ioctl_descriptor(SafeFileHandle socket, nuint request);
}
