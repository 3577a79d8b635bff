using System.Globalization;

namespace Stiefel.Linux.Tests;

/// <summary>How many inputs a property is tried with: few by default, more by STIEFEL_FUZZ_N.</summary>
internal static class Fuzz
{
    public static long Count(long usual)
        => long.TryParse(Environment.GetEnvironmentVariable("STIEFEL_FUZZ_N"), NumberStyles.None, CultureInfo.InvariantCulture, out var more) ? more : usual;
}
