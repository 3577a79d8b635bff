using Stiefel.Linux.Errors;
using static Stiefel.Linux.Interop.SysPrctl;

namespace Stiefel.Linux.Processes;

/// <summary>Resource limits of this process, which child processes inherit (man 2 setrlimit).</summary>
public static unsafe class ProcessLimits
{
    private const nuint KernelsOpenFiles = 1024;

    /// <summary>Gives threads of child processes a smaller stack, until the result is disposed of. Throws <see cref="LinuxException"/>.</summary>
    public static IDisposable ReduceStack(int bytes)
    {
        rlimit before;
        if (getrlimit(RLIMIT_STACK, &before) != 0)
        {
            throw LinuxException.FromLastError("getrlimit(RLIMIT_STACK)");
        }

        Set(RLIMIT_STACK, before with { rlim_cur = nuint.Min((nuint)bytes, before.rlim_max) });
        return new Restoration(before);
    }

    /// <summary>Resets the limit of open files to that of the kernel's first process; the runtime raises it at its start.</summary>
    internal static void RestoreOpenFiles()
    {
        rlimit limit;
        if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        {
            limit.rlim_cur = nuint.Min(KernelsOpenFiles, limit.rlim_max);
            _ = setrlimit(RLIMIT_NOFILE, &limit);
        }
    }

    private static void Set(int resource, rlimit limit)
    {
        if (setrlimit(resource, &limit) != 0)
        {
            throw LinuxException.FromLastError($"setrlimit({resource}, {limit.rlim_cur})");
        }
    }

    private sealed class Restoration(rlimit before) : IDisposable
    {
        public void Dispose() => Set(RLIMIT_STACK, before);
    }
}
