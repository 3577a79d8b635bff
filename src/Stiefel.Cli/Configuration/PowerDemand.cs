using System.Globalization;
using Stiefel.Linux.Power;

namespace Stiefel.Cli.Configuration;

/// <summary>What the laptop must live on before it leaves its own system: a desktop that works from its disk cannot be told to hurry.</summary>
/// <param name="Word">As in the configuration.</param>
/// <param name="LeastPercent">What the batteries must have, if it may live on them; null: the mains only. Not looked at where <see cref="Any"/>.</param>
internal sealed record PowerDemand(string Word, int? LeastPercent)
{
    /// <summary>Nothing is demanded.</summary>
    public static PowerDemand Any { get; } = new("any", 0);

    /// <summary>The mains.</summary>
    public static PowerDemand Mains { get; } = new("ac", null);

    /// <summary>`any`, `ac`, or a percentage as `30%`: the mains, or batteries of at least so many percent. Null if it is none of these.</summary>
    public static PowerDemand? Read(string text) => text switch
    {
        "any" => Any,
        "ac" => Mains,
        _ => text.EndsWith('%') && int.TryParse(text.AsSpan()[..^1].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100
            ? new PowerDemand(text, percent)
            : null,
    };

    /// <summary>Why it is not met; null if it is. What cannot be told holds nobody back: a machine without a battery says nothing.</summary>
    public string? Refusal(PowerReading reading)
    {
        if (this == Any || reading.State is PowerState.Unknown or PowerState.OnAc || reading.Percent >= LeastPercent)
        {
            return null;
        }

        var level = reading.Percent is { } percent ? $"{percent} %" : "an unknown level";
        return LeastPercent is { } least
            ? $"the laptop lives on its battery, at {level}, and at least {least} % are demanded (autokexec.power): plug it in"
            : $"the laptop lives on its battery, at {level}, and the mains is demanded (autokexec.power): plug it in";
    }
}
