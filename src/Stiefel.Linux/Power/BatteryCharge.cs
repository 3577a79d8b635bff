using System.Globalization;

namespace Stiefel.Linux.Power;

/// <summary>What is in a battery, and how fast it comes or goes.</summary>
/// <param name="IsEnergy">In millionths of a watt-hour; else of an ampere-hour.</param>
/// <param name="Now">What it holds.</param>
/// <param name="Full">What it can hold, today.</param>
/// <param name="Rate">In an hour; 0 if nothing flows, or it is not told.</param>
public sealed record BatteryCharge(bool IsEnergy, double Now, double Full, double Rate)
{
    /// <summary>0 to 100.</summary>
    public int Percent => (int)Math.Clamp(Math.Round(100 * Now / Full), 0, 100);

    internal static BatteryCharge? Read(Func<string, string> text, string now, string full, string rate) =>
        Number(text(now)) is { } holds and >= 0 && Number(text(full)) is { } most and > 0
            ? new BatteryCharge(now == "energy_now", holds, most, Math.Abs((double)(Number(text(rate)) ?? 0)))
            : null;

    // Some drivers count what flows out as negative.
    private static long? Number(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
