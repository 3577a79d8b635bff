using Stiefel.Linux.Power;
using Stiefel.Linux.Speaker;

namespace Stiefel.Server.Configuration;

/// <summary>What is done about mains and batteries.</summary>
/// <param name="Watch">They are looked at.</param>
/// <param name="Beep">The laptop beeps and flashes when they are in danger.</param>
/// <param name="LowPercent">So much in the batteries is low.</param>
/// <param name="CriticalPercent">So much is critical.</param>
/// <param name="Interval">They are looked at so often, announced or not.</param>
/// <param name="Supplies">Where the kernel has adapters and batteries.</param>
/// <param name="Lights">Where it has the keyboard's lights.</param>
/// <param name="Inputs">Where it has the speaker, among other input devices.</param>
/// <param name="StopAtCritical">At a critical battery the desktop is asked to switch itself off, and then the laptop does.</param>
/// <param name="StopDelay">So long after it was announced.</param>
public sealed record PowerOptions(
    bool Watch, bool Beep, int LowPercent, int CriticalPercent, TimeSpan Interval, string Supplies, string Lights, string Inputs, bool StopAtCritical, TimeSpan StopDelay)
{
    private const string LowKey = "Power:LowPercent";
    private const int Hour = 60 * 60;

    /// <param name="reader">The settings.</param>
    /// <param name="inRamdisk">Nobody else on this machine would warn.</param>
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
