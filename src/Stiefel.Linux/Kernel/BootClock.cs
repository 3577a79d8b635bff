using System.Globalization;

namespace Stiefel.Linux.Kernel;

/// <summary>How long this kernel has run, including the time it was suspended (CLOCK_BOOTTIME), which the monotonic clock leaves out.</summary>
public static class BootClock
{
    private const string File = "/proc/uptime";

    /// <summary>The time since the start, to a hundredth of a second (man 5 proc_uptime).</summary>
    /// <exception cref="IOException">/proc is not mounted.</exception>
    public static TimeSpan Now => TimeSpan.FromSeconds(double.Parse(System.IO.File.ReadAllText(File).Split(' ')[0], CultureInfo.InvariantCulture));
}
