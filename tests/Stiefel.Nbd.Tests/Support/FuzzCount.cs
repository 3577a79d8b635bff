using System.Globalization;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>How many inputs a property is tried with: few by default, more by STIEFEL_FUZZ_N.</summary>
internal static class FuzzCount
{
    /// <param name="usual">Without the variable.</param>
    /// <param name="cost">With it, one input of this property stands for so many cheap ones.</param>
    public static long Of(long usual, long cost = 1) =>
        long.TryParse(Environment.GetEnvironmentVariable("STIEFEL_FUZZ_N"), NumberStyles.None, CultureInfo.InvariantCulture, out var more)
            ? Math.Max(usual, more / cost)
            : usual;
}
