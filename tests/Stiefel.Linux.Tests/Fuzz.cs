using System.Globalization;

namespace Stiefel.Linux.Tests;

/// <summary>The number of inputs for a property test: small by default, larger with STIEFEL_FUZZ_N.</summary>
internal static class Fuzz
{
    public static long Count(long usual)
        => long.TryParse(Environment.GetEnvironmentVariable("STIEFEL_FUZZ_N"), NumberStyles.None, CultureInfo.InvariantCulture, out var more) ? more : usual;
}
