namespace Stiefel.Server.Configuration;

/// <summary>Tells typing mistakes from other words.</summary>
public static class Typo
{
    private const int Most = 2;
    private const int LongestWord = 64;

    /// <summary>True if at most two letters are missing, added or wrong.</summary>
    public static bool IsLikely(string written, string meant) =>
        written.Length <= LongestWord && Distance(written.ToUpperInvariant(), meant.ToUpperInvariant()) <= Most;

    // Levenshtein's distance, one row of the table at a time.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 0; i < a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 0; j < b.Length; j++)
            {
                var substituted = diagonal + (a[i] == b[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(substituted, Math.Min(diagonal, row[j]) + 1);
            }
        }

        return row[^1];
    }
}
