using static Stiefel.Linux.Interop.Signals;

namespace Stiefel.Linux.Processes;

/// <summary>Signal dispositions of this process (man 7 signal).</summary>
public static unsafe class ProcessSignals
{
    private const int HighestSignal = 64;
    private const nint Default = 0;
    private const nint Ignore = 1;

    /// <summary>Every signal at its default and none blocked: the state the kernel gives to its first process.</summary>
    public static void RestoreDefaults()
    {
        for (var number = 1; number <= HighestSignal; number++)
        {
            // SIGKILL, SIGSTOP and the two that libc keeps refuse, and have their defaults.
            _ = signal(number, Default);
        }

        var none = new sigset_t();
        _ = pthread_sigmask(SIG_SETMASK, &none, null);
    }

    /// <summary>A write beyond RLIMIT_FSIZE fails with EFBIG, instead of ending this process (man 2 setrlimit).</summary>
    public static void IgnoreFileSizeLimit() => _ = signal(SIGXFSZ, Ignore);

    /// <summary>True if this process was started with the signal ignored, as by nohup, and did not change that.</summary>
    public static bool IsHangUpIgnored()
    {
        // man 5 proc_pid_status: SigIgn is a mask, bit 0 for signal 1.
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
        return line is not null && (Convert.ToUInt64(line[7..].Trim(), 16) & (1UL << (SIGHUP - 1))) != 0;
    }

    /// <summary>Polite requests to end no longer end this process; SIGKILL still does.</summary>
    public static void IgnoreTermination()
    {
        foreach (var number in (ReadOnlySpan<int>)[SIGHUP, SIGINT, SIGQUIT, SIGTERM])
        {
            _ = signal(number, Ignore);
        }
    }
}
