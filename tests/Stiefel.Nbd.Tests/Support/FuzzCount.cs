using System.Globalization;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>The number of inputs that a property is tried with: few by default, more with STIEFEL_FUZZ_N.</summary>
internal static class FuzzCount
{
    /// <param name="usual">The number without the variable.</param>
    /// <param name="cost">The cost of one input, as a multiple of a cheap one; divides the variable's number.</param>
    public static long Of(long usual, long cost = 1) =>
        long.TryParse(Environment.GetEnvironmentVariable("STIEFEL_FUZZ_N"), NumberStyles.None, CultureInfo.InvariantCulture, out var more)
            ? Math.Max(usual, more / cost)
            : usual;
}
