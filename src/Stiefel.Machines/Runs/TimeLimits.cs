namespace Stiefel.Machines.Runs;

/// <summary>
/// Time limits for each step: about three times as long as the step takes without hardware virtualization on two cores of a busy
/// machine. A <see cref="Deadline"/> enforces them and gives a slow machine more time.
/// </summary>
public static class TimeLimits
{
    /// <summary>A kernel, from power-on or kexec to its first line of output.</summary>
    public static TimeSpan KernelStart => Seconds(90);

    /// <summary>The same when firmware loads it from a USB stick.</summary>
    public static TimeSpan FirmwareStart => Seconds(180);

    /// <summary>A Debian system from power-on to its login prompt.</summary>
    public static TimeSpan Login => Seconds(240);

    /// <summary>The server ramdisk from kexec until it serves.</summary>
    public static TimeSpan ServerStart => Seconds(120);

    /// <summary>The client from its search until it starts the payload.</summary>
    public static TimeSpan Fetch => Seconds(90);

    /// <summary>One command typed at a console.</summary>
    public static TimeSpan Command => Seconds(90);

    /// <summary>A Debian system, from the power-off command until the machine is off.</summary>
    public static TimeSpan PowerOff => Seconds(90);

    /// <summary>A Debian system, from the command to sleep until it does.</summary>
    public static TimeSpan Sleep => Seconds(60);

    /// <summary>QEMU, from start to its monitor's greeting.</summary>
    public static TimeSpan MonitorStart => Seconds(30);

    /// <summary>One command to the monitor.</summary>
    public static TimeSpan MonitorCommand => Seconds(30);

    /// <summary>Saving a machine's memory in its image.</summary>
    public static TimeSpan KeepState => Seconds(120);

    /// <summary>A number of seconds on the machine where the other limits were measured.</summary>
    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>The largest extension of a limit of so many seconds, for waits that do not use a <see cref="Deadline"/>.</summary>
    public static TimeSpan AtMost(double seconds) => Seconds(seconds * WorkClock.MostSlowness);
}
