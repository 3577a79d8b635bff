using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>sys/mman.h.</summary>
internal static partial class SysMman
{
    internal const int MCL_CURRENT = 1;
    internal const int MCL_FUTURE = 2;

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int mlockall(int flags);
}
