using System.Runtime.InteropServices;

namespace Stiefel.Linux.Interop;

/// <summary>signal.h.</summary>
internal static unsafe partial class Signals
{
    internal const int SIGHUP = 1;
    internal const int SIGINT = 2;
    internal const int SIGQUIT = 3;
    internal const int SIGKILL = 9;
    internal const int SIGTERM = 15;
    internal const int SIGXFSZ = 25;

    internal const int SIG_SETMASK = 2;

    /// <summary>An empty signal set, of glibc's size.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    internal struct sigset_t
    {
        internal ulong first;
    }

    /// <summary>Sets a signal's handler: 0 is SIG_DFL, 1 is SIG_IGN. Returns -1 for signals that cannot be changed.</summary>
    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint signal(int number, nint handler);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int kill(int pid, int number);

    /// <summary>Returns the error number instead of setting errno.</summary>
    [LibraryImport("libc")]
    internal static partial int pthread_sigmask(int how, sigset_t* set, sigset_t* oldSet);
}
