namespace Stiefel.Server.Configuration;

/// <summary>How a laptop leaves its ramdisk.</summary>
public enum WayOut
{
    /// <summary>Restarts through the firmware and the laptop's own boot loader, so that its system starts cold as usual.</summary>
    Restart,

    /// <summary>Starts its own system's kernel directly, without the firmware.</summary>
    Kexec,

    /// <summary>Switches the laptop off.</summary>
    PowerOff,

    /// <summary>Stays and waits for the next desktop.</summary>
    Wait,
}

/// <summary>The settings of the return to the laptop's own system.</summary>
/// <param name="Manage">True if the server may restart the machine, as in the ramdisk.</param>
/// <param name="OnCleanEnd">What the laptop does after the desktop's goodbye.</param>
/// <param name="Delay">How long after the goodbye, so that a desktop that only restarts finds the laptop.</param>
/// <param name="Idle">The laptop also leaves after this time without a desktop; null for never.</param>
public sealed record ReturnOptions(bool Manage, WayOut OnCleanEnd, TimeSpan Delay, TimeSpan? Idle)
{
    /// <summary>True if the server may have to start another kernel.</summary>
    public bool MayKexec => Manage && OnCleanEnd == WayOut.Kexec;

    private const int Hour = 60 * 60;
    private const int MinutesOfAWeek = 7 * 24 * 60;

    /// <param name="reader">The settings.</param>
    /// <param name="inRamdisk">True in the ramdisk, where no other program restarts the machine.</param>
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
