using System.Text;
using System.Text.RegularExpressions;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>POSIX extended regular expressions as far as scripts use them, matched in linear time.</summary>
internal static class GrubRegex
{
    private const int MaxPattern = 1024;
    private const int MaxText = 4096;

    /// <summary>The whole match and its groups; null if the text does not match or the pattern is invalid.</summary>
    public static IReadOnlyList<string>? Match(string pattern, string text)
    {
        if (pattern.Length > MaxPattern || text.Length > MaxText)
        {
            return null;
        }

        try
        {
            // Without backtracking, since a hostile disk could otherwise choose a pattern that never ends. A dot matches a newline, too.
            var match = Regex.Match(text, Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
            return match.Success ? [.. match.Groups.Values.Select(group => group.Value)] : null;
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Translates to .NET's syntax: a backslash escapes the next character, and `[[:digit:]]` and the like are classes.</summary>
    private static string Translate(string pattern)
    {
        var translated = new StringBuilder(pattern.Length);
        var isSet = false;
        for (var at = 0; at < pattern.Length; at++)
        {
            if (pattern[at] == '\\' && at + 1 < pattern.Length)
            {
                translated.Append(Regex.Escape(pattern[++at].ToString()));
            }
            else if (pattern.AsSpan(at).StartsWith("[:", StringComparison.Ordinal) && pattern.IndexOf(":]", at, StringComparison.Ordinal) is > 0 and var end)
            {
                translated.Append(pattern[(at + 2)..end] switch { "digit" => "0-9", "alpha" => "a-zA-Z", "alnum" => "a-zA-Z0-9", "space" => @"\s", "upper" => "A-Z", "lower" => "a-z", "xdigit" => "0-9a-fA-F", _ => "" });
                at = end + 1;
            }
            else
            {
                // In .NET `$` also matches before a final newline; in POSIX it matches only at the end.
                isSet = pattern[at] == '[' || (isSet && pattern[at] != ']');
                translated.Append(pattern[at] == '$' && !isSet ? @"\z" : pattern[at].ToString());
            }
        }

        return translated.ToString();
    }
}
