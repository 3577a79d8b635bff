using Stiefel.Linux.Power;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>Checks the laptop's power supply.</summary>
internal static class PowerChecks
{
    private const int LowPercent = 15;
    private const int CriticalPercent = 5;

    public static IEnumerable<Finding> Of(Patient patient)
    {
        if (patient.Tree.OnDisk("sys/class/power_supply/x") is not { } inside || !patient.Tree.HasDirectory("sys/class/power_supply"))
        {
            yield break;
        }

        var reading = new PowerJudge(LowPercent, CriticalPercent).Judge(PowerSupplies.Read(Path.GetDirectoryName(inside)!), TimeSpan.Zero);
        var charge = reading.Percent is { } percent ? $"{percent} %" : "an unknown charge";
        yield return reading.State switch
        {
            PowerState.OnBattery => Finding.Note("on-battery", $"the laptop runs on its battery ({charge}), and can serve only as long as that lasts", "plug in its adapter before you serve"),
            PowerState.Low or PowerState.Critical => Finding.Note("battery-low", $"the laptop runs on its battery, and little is left ({charge}): if it goes out, unflushed writes are lost", "plug in its adapter"),
            PowerState.Unknown => Finding.Note("power-unknown", $"the laptop's power supply is unknown ({reading.Doubt})", "make sure that its adapter is plugged in while it serves"),
            _ => Finding.Fine("power", $"on mains{(reading.Percent is not null ? $", battery at {charge}" : "")}"),
        };
    }
}
