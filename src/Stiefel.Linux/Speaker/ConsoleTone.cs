using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Speaker;

/// <summary>Sounds the console's timed tone, which the kernel ends by itself, so that it stops even if the process dies. Needs CAP_SYS_TTY_CONFIG.</summary>
internal static unsafe class ConsoleTone
{
    // The console counts the length of an oscillation in ticks of this clock (PIT_TICK_RATE of linux/timex.h).
    private const int ClockHertz = 1193182;

    private const int MostMilliseconds = 0xffff;

    /// <summary>Begins a tone; false if this console cannot sound one.</summary>
    /// <param name="console">The console's device; /dev/tty0 is the one in the foreground.</param>
    /// <param name="tone">The tone to sound.</param>
    public static bool TryStart(string console, Tone tone)
    {
        var ticks = (nuint)(ClockHertz / Math.Max(tone.Hertz, 20));
        return TrySend(console, ((nuint)Math.Min(tone.Length.TotalMilliseconds, MostMilliseconds) << 16) | ticks);
    }

    /// <summary>Ends any tone.</summary>
    public static bool TryStop(string console) => TrySend(console, 0);

    private static bool TrySend(string console, nuint value)
    {
        using var handle = Fcntl.open(console, Fcntl.O_WRONLY | Fcntl.O_NOCTTY | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC, 0);
        return !handle.IsInvalid && LinuxFs.ioctl(handle, LinuxInput.KDMKTONE, (void*)value) == 0;
    }
}
