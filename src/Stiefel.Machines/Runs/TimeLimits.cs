namespace Stiefel.Machines.Runs;

/// <summary>
/// How long each step may take: about three times what it takes without hardware virtualization on two cores of a busy machine.
/// They are waited for by a <see cref="Deadline"/>, which gives a machine that is slow now more time.
/// </summary>
public static class TimeLimits
{
    /// <summary>A kernel from power-on, or from kexec, to its first own line.</summary>
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

    /// <summary>A Debian system from the order to power off until it has.</summary>
    public static TimeSpan PowerOff => Seconds(90);

    /// <summary>QEMU from start to its monitor's greeting.</summary>
    public static TimeSpan MonitorStart => Seconds(30);

    /// <summary>One order to the monitor.</summary>
    public static TimeSpan MonitorCommand => Seconds(30);

    /// <summary>A machine's memory into its image.</summary>
    public static TimeSpan KeepState => Seconds(120);

    /// <summary>So many seconds on the machine where the others were measured.</summary>
    public static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>The longest that a wait of so many seconds becomes; for what is not waited for by a <see cref="Deadline"/>.</summary>
    public static TimeSpan AtMost(double seconds) => Seconds(seconds * WorkClock.MostSlowness);
}
