using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>poll.h.</summary>
internal static unsafe partial class Poll
{
    internal const short POLLIN = 1;

    [StructLayout(LayoutKind.Sequential)]
    internal struct pollfd
    {
        internal int fd;
        internal short events;
        internal short revents;
    }

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int poll(pollfd* descriptors, nuint count, int timeoutMilliseconds);
}
