using System.Globalization;

namespace Stiefel;

/// <summary>How long a test waits for what must happen: longer on a machine that is slow or busy, as eng/test.sh measures it.</summary>
internal static class TimeLimit
{
    /// <summary>1 where nothing was measured.</summary>
    public static double Scale { get; } =
        double.TryParse(Environment.GetEnvironmentVariable("STIEFEL_TIME_SCALE"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var scale) ? Math.Clamp(scale, 1, 20) : 1;

    public static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds) * Scale;
}
