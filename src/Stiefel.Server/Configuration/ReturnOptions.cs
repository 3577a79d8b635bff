namespace Stiefel.Server.Configuration;

/// <summary>How a laptop leaves its ramdisk.</summary>
public enum WayOut
{
    /// <summary>Through the firmware and its own boot loader: everything starts cold, as its system is used to.</summary>
    Restart,

    /// <summary>By its own system's kernel at once, past the firmware.</summary>
    Kexec,

    /// <summary>Switched off.</summary>
    PowerOff,

    /// <summary>Not at all: it waits for the next desktop.</summary>
    Wait,
}

/// <summary>The way back to the laptop's own system.</summary>
/// <param name="Manage">The machine is this server's to restart, as in the ramdisk.</param>
/// <param name="OnCleanEnd">What follows when the desktop has said goodbye.</param>
/// <param name="Delay">That long after it, so that a desktop that only restarts finds the laptop.</param>
/// <param name="Idle">It also follows so long without a desktop; null for never.</param>
public sealed record ReturnOptions(bool Manage, WayOut OnCleanEnd, TimeSpan Delay, TimeSpan? Idle)
{
    /// <summary>The server may have to start another kernel.</summary>
    public bool MayKexec => Manage && OnCleanEnd == WayOut.Kexec;

    private const int Hour = 60 * 60;
    private const int MinutesOfAWeek = 7 * 24 * 60;

    /// <param name="reader">The settings.</param>
    /// <param name="inRamdisk">Nobody else would restart this machine.</param>
    /// <exception cref="SettingsException">One is mistyped.</exception>
    public static ReturnOptions Read(SettingReader reader, bool inRamdisk)
    {
        var idle = reader.Number("Return:IdleMinutes", 0, 0, MinutesOfAWeek);
        return new ReturnOptions(
            reader.Boolean("Return:Manage", inRamdisk),
            reader.Choice("Return:OnCleanEnd", WayOut.Restart),
            TimeSpan.FromSeconds(reader.Number("Return:DelaySeconds", 20, 0, Hour)),
            idle == 0 ? null : TimeSpan.FromMinutes(idle));
    }
}
