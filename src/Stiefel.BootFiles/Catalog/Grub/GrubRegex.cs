using System.Text.RegularExpressions;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>POSIX extended regular expressions without references to groups, matched in linear time.</summary>
internal static class GrubRegex
{
    private const int MaxPattern = 1024;
    private const int MaxText = 4096;

    // Bounds the ends that are tried for a pattern with alternatives, of which each takes time in proportion to the text.
    private const int MaxAlternatives = 256;

    // Matches no character, and not the empty text.
    private const string Nothing = @"[^\s\S]";

    /// <summary>The whole match and its groups; null if the text does not match or the pattern is invalid.</summary>
    public static IReadOnlyList<string>? Match(string pattern, string text)
    {
        if (pattern.Length > MaxPattern || text.Length > MaxText)
        {
            return null;
        }

        try
        {
            var match = New(GrubRegexPattern.Translate(pattern, "^", @"\z")).Match(text);
            var groups = !match.Success ? null
                : pattern.Contains('|', StringComparison.Ordinal) && text.Length <= MaxAlternatives ? Longest(pattern, text, match.Index, match.Index + match.Length) ?? match.Groups
                : match.Groups;
            return groups is null ? null : [.. groups.Values.Select(group => group.Value)];
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    // Without backtracking, since a hostile disk could otherwise choose a pattern that never ends. A dot matches a newline, too.
    private static Regex New(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);

    /// <summary>
    /// The match from the same place on that is longer than .NET's; null if there is none. POSIX takes the longest alternative, .NET the first one
    /// (IEEE 1003.1 §9.1). Each possible end is tried, with `^` and `$` only where they are those of the whole text.
    /// </summary>
    private static GroupCollection? Longest(string pattern, string text, int start, int end)
    {
        var begin = start == 0 ? "^" : Nothing;
        var (last, inner) = (New($@"\A(?:{GrubRegexPattern.Translate(pattern, begin, @"\z")})\z"), New($@"\A(?:{GrubRegexPattern.Translate(pattern, begin, Nothing)})\z"));
        for (var at = text.Length; at > end; at--)
        {
            if ((at == text.Length ? last : inner).Match(text[start..at]) is { Success: true } match)
            {
                return match.Groups;
            }
        }

        return null;
    }
}
