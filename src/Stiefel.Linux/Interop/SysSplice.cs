using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>splice of fcntl.h: moving pages between files, pipes and sockets.</summary>
internal static unsafe partial class SysSplice
{
    internal const uint SPLICE_F_NONBLOCK = 0x2;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint splice(SafeHandle from, long* fromOffset, SafeHandle to, long* toOffset, nuint length, uint flags);
}
