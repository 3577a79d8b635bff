using static Stiefel.Linux.Interop.Signals;

namespace Stiefel.Linux.Processes;

/// <summary>How this process reacts to signals (man 7 signal).</summary>
public static unsafe class ProcessSignals
{
    private const int HighestSignal = 64;
    private const nint Default = 0;
    private const nint Ignore = 1;

    /// <summary>Sets every signal to its default and unblocks all: the state that the kernel gives to its first process.</summary>
    public static void RestoreDefaults()
    {
        for (var number = 1; number <= HighestSignal; number++)
        {
            // SIGKILL, SIGSTOP and the two signals that libc reserves cannot be set, and always have their defaults.
            _ = signal(number, Default);
        }

        var none = new sigset_t();
        _ = pthread_sigmask(SIG_SETMASK, &none, null);
    }

    /// <summary>Makes a write beyond RLIMIT_FSIZE fail with EFBIG, instead of ending this process (man 2 setrlimit).</summary>
    public static void IgnoreFileSizeLimit() => _ = signal(SIGXFSZ, Ignore);

    /// <summary>True if this process was started with SIGHUP ignored, as by nohup, and did not change that.</summary>
    public static bool IsHangUpIgnored()
    {
        // SigIgn is a mask in which bit 0 stands for signal 1 (man 5 proc_pid_status).
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        return line is not null && (Convert.ToUInt64(line[7..].Trim(), 16) & (1UL << (SIGHUP - 1))) != 0;
    }

    /// <summary>Ignores the signals that ask a process to end; SIGKILL still ends it.</summary>
    public static void IgnoreTermination()
    {
        foreach (var number in (ReadOnlySpan<int>)[SIGHUP, SIGINT, SIGQUIT, SIGTERM])
        {
            _ = signal(number, Ignore);
        }
    }
}
