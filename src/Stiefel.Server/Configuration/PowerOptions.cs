using Stiefel.Linux.Power;
using Stiefel.Linux.Speaker;

namespace Stiefel.Server.Configuration;

/// <summary>The settings for mains and batteries.</summary>
/// <param name="Watch">True to watch them.</param>
/// <param name="Beep">True to beep and flash when the power is at risk.</param>
/// <param name="LowPercent">The charge in percent that counts as low.</param>
/// <param name="CriticalPercent">The charge in percent that counts as critical.</param>
/// <param name="Interval">How often they are read, besides the kernel's announcements.</param>
/// <param name="Supplies">The kernel's directory of adapters and batteries, /sys/class/power_supply.</param>
/// <param name="Lights">The kernel's directory of lights, /sys/class/leds.</param>
/// <param name="Inputs">The kernel's directory of input devices, among them the speaker, /sys/class/input.</param>
/// <param name="StopAtCritical">True to ask the desktop to switch itself off at a critical battery, and then switch the laptop off.</param>
/// <param name="StopDelay">How long after the announcement the desktop is asked.</param>
public sealed record PowerOptions(
    bool Watch, bool Beep, int LowPercent, int CriticalPercent, TimeSpan Interval, string Supplies, string Lights, string Inputs, bool StopAtCritical, TimeSpan StopDelay)
{
    private const string LowKey = "Power:LowPercent";
    private const int Hour = 60 * 60;

    /// <param name="reader">The settings.</param>
    /// <param name="inRamdisk">True in the ramdisk, where no other program would warn.</param>
    /// <exception cref="SettingsException">One is mistyped, or does not fit the others.</exception>
    public static PowerOptions Read(SettingReader reader, bool inRamdisk)
    {
        var options = new PowerOptions(
            reader.Boolean("Power:Watch", true),
            reader.Boolean("Power:Beep", inRamdisk),
            reader.Number(LowKey, 15, 1, 99),
            reader.Number("Power:CriticalPercent", 5, 0, 98),
            TimeSpan.FromSeconds(reader.Number("Power:LookSeconds", 30, 1, Hour)),
            reader.Text("Power:Supplies", PowerSupplies.DefaultDirectory),
            reader.Text("Power:Lights", KeyboardLights.DefaultDirectory),
            reader.Text("Power:Inputs", PcSpeaker.DefaultInputs),
            reader.Boolean("Power:StopAtCritical", false),
            TimeSpan.FromSeconds(reader.Number("Power:StopDelaySeconds", 60, 0, Hour)));
        return options.CriticalPercent < options.LowPercent ? options : throw reader.Wrong(LowKey, "more than Power:CriticalPercent");
    }
}
