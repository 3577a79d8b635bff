using System.Globalization;
using Stiefel.Linux.Power;

namespace Stiefel.Cli.Configuration;

/// <summary>The power that the laptop must have before it leaves its own system, because a desktop that works from its disk cannot be told to hurry.</summary>
/// <param name="Word">The demand as in the configuration.</param>
/// <param name="LeastPercent">Least charge if batteries suffice; null if mains power is required. Ignored for <see cref="Any"/>.</param>
internal sealed record PowerDemand(string Word, int? LeastPercent)
{
    /// <summary>Any power will do.</summary>
    public static PowerDemand Any { get; } = new("any", 0);

    /// <summary>Mains power is required.</summary>
    public static PowerDemand Mains { get; } = new("ac", null);

    /// <summary>Reads `any`, `ac`, or a percentage such as `30%`, which means mains power or at least that charge. Null if the text is none of these.</summary>
    public static PowerDemand? Read(string text) => text switch
    {
        "any" => Any,
        "ac" => Mains,
        _ => text.EndsWith('%') && int.TryParse(text.AsSpan()[..^1].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100
            ? new PowerDemand(text, percent)
            : null,
    };

    /// <summary>Says why the demand is not met; null if it is. An unknown state counts as met, because a machine without a battery reports nothing.</summary>
    public string? Refusal(PowerReading reading)
    {
        if (this == Any || reading.State is PowerState.Unknown or PowerState.OnAc || reading.Percent >= LeastPercent)
        {
            return null;
        }

        var level = reading.Percent is { } percent ? $"{percent} %" : "an unknown level";
        return LeastPercent is { } least
            ? $"the laptop runs on its battery, at {level}, but autokexec.power demands at least {least} %: plug it in"
            : $"the laptop runs on its battery, at {level}, but autokexec.power demands mains power: plug it in";
    }
}
