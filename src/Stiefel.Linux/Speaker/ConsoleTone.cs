using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Speaker;

/// <summary>The console's timed tone, which the kernel ends by itself: a process that dies leaves none behind. Takes CAP_SYS_TTY_CONFIG.</summary>
internal static unsafe class ConsoleTone
{
    // linux/timex.h, PIT_TICK_RATE: the unit in which the console counts an oscillation.
    private const int ClockHertz = 1193182;

    private const int MostMilliseconds = 0xffff;

    /// <summary>Begins a tone; false if this console cannot.</summary>
    /// <param name="console">/dev/tty0 is the one that is seen.</param>
    /// <param name="tone">Which.</param>
    public static bool TryStart(string console, Tone tone)
    {
        var ticks = (nuint)(ClockHertz / Math.Max(tone.Hertz, 20));
        return TrySend(console, ((nuint)Math.Min(tone.Length.TotalMilliseconds, MostMilliseconds) << 16) | ticks);
    }

    /// <summary>Ends whatever tone there is.</summary>
    public static bool TryStop(string console) => TrySend(console, 0);

    private static bool TrySend(string console, nuint value)
    {
        using var handle = Fcntl.open(console, Fcntl.O_WRONLY | Fcntl.O_NOCTTY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC, 0);
        return !handle.IsInvalid && LinuxFs.ioctl(handle, LinuxInput.KDMKTONE, (void*)value) == 0;
    }
}
