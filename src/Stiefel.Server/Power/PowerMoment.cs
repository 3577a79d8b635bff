using Stiefel.Linux.Power;

namespace Stiefel.Server.Power;

/// <summary>The laptop's power state at one moment.</summary>
/// <param name="Reading">The state as it was read.</param>
/// <param name="Since">When the state last changed.</param>
public sealed record PowerMoment(PowerReading Reading, DateTimeOffset Since)
{
    /// <summary>The state's name on the control plane.</summary>
    public string Word => PowerWords.Of(Reading.State);

    /// <summary>One line for people.</summary>
    public string Text
    {
        get
        {
            var state = Reading.State switch
            {
                PowerState.OnAc => "the laptop is on mains",
                PowerState.OnBattery => "the laptop is on battery",
                PowerState.Low => "the laptop's battery is low: plug its adapter in",
                PowerState.Critical => "the laptop's battery is nearly empty: plug its adapter in now, or shut the desktop down",
                _ => "what the laptop lives on cannot be told",
            };
            return state + Of(Reading.Percent, "%") + Of(Reading.TimeLeft is { } left ? (int)left.TotalMinutes : null, " min left") +
                (Reading.Doubt is { } doubt ? $" ({doubt})" : "");
        }
    }

    private static string Of(int? number, string unit) => number is null ? "" : $", {number}{unit}";
}
