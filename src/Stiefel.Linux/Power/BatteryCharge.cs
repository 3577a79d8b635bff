using System.Globalization;

namespace Stiefel.Linux.Power;

/// <summary>How much a battery holds, and how fast that changes.</summary>
/// <param name="IsEnergy">True if the values are in millionths of a watt-hour; false if in millionths of an ampere-hour.</param>
/// <param name="Now">What it holds now.</param>
/// <param name="Full">What it can hold at its present age.</param>
/// <param name="Rate">Gain or loss in an hour, without a sign; 0 if there is none, or it is unknown.</param>
public sealed record BatteryCharge(bool IsEnergy, double Now, double Full, double Rate)
{
    /// <summary>How full the battery is, 0 to 100.</summary>
    public int Percent => (int)Math.Clamp(Math.Round(100 * Now / Full), 0, 100);

    internal static BatteryCharge? Read(Func<string, string> text, string now, string full, string rate) =>
        Number(text(now)) is { } holds and >= 0 && Number(text(full)) is { } most and > 0
            ? new BatteryCharge(now == "energy_now", holds, most, Math.Abs((double)(Number(text(rate)) ?? 0)))
            : null;

    // Some drivers report a discharge as a negative number.
    private static long? Number(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
