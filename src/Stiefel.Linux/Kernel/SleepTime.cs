using Stiefel.Linux.Errors;
using static Stiefel.Linux.Interop.SysTime;

namespace Stiefel.Linux.Kernel;

/// <summary>The time for which this machine has been suspended since its kernel started (man 2 clock_gettime). Needs no /proc.</summary>
public static class SleepTime
{
    /// <summary>All suspensions together; a few microseconds where there was none.</summary>
    public static TimeSpan Total
    {
        get
        {
            // Read them in this order, so that the difference is never negative.
            var awake = Read(CLOCK_MONOTONIC);
            return Read(CLOCK_BOOTTIME) - awake;
        }
    }

    private static unsafe TimeSpan Read(int clock)
    {
        timespec time;
        return clock_gettime(clock, &time) == 0
            ? TimeSpan.FromSeconds(time.tv_sec) + TimeSpan.FromMicroseconds(time.tv_nsec / 1000)
            : throw LinuxException.FromLastError($"clock_gettime({clock})");
    }
}
