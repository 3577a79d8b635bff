using System.Globalization;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>How many inputs a property is tried with: few by default, more by STIEFEL_FUZZ_N.</summary>
internal static class FuzzCount
{
    public static long Of(long usual) =>
        long.TryParse(Environment.GetEnvironmentVariable("STIEFEL_FUZZ_N"), NumberStyles.None, CultureInfo.InvariantCulture, out long more) ? more : usual;
}
