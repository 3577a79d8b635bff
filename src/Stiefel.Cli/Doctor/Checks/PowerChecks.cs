using Stiefel.Linux.Power;

namespace Stiefel.Cli.Doctor.Checks;

/// <summary>What the laptop lives on.</summary>
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
            PowerState.OnBattery => Finding.Note("on-battery", $"the laptop lives on its battery ({charge}), and serves as long as that lasts", "plug its adapter in before you serve"),
            PowerState.Low or PowerState.Critical => Finding.Note("battery-low", $"the laptop lives on its battery, and little is left ({charge}): a disk whose laptop goes out loses what was not flushed", "plug its adapter in"),
            PowerState.Unknown => Finding.Note("power-unknown", $"what the laptop lives on cannot be told ({reading.Doubt})", "see that its adapter is plugged in while it serves"),
            _ => Finding.Fine("power", $"on mains{(reading.Percent is not null ? $", battery at {charge}" : "")}"),
        };
    }
}
