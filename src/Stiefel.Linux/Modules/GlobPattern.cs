namespace Stiefel.Linux.Modules;

/// <summary>Matches like fnmatch (man 3) without flags, on bytes; outside brackets, `-` and `_` are the same, as kmod compares aliases.</summary>
internal static class GlobPattern
{
    /// <summary>True if the pattern matches. The time is at most proportional to the product of both lengths, however many stars a hostile pattern has.</summary>
    public static bool Matches(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> text)
    {
        int p = 0, t = 0, afterStar = -1, retry = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                afterStar = ++p;
                retry = t;
            }
            else if (p < pattern.Length && MatchOne(pattern, ref p, text[t]))
            {
                t++;
            }
            else if (afterStar >= 0)
            {
                // Let the last star take one byte more; earlier stars never need to be tried again.
                p = afterStar;
                t = ++retry;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart((byte)'*').IsEmpty;
    }

    /// <summary>The number of leading bytes without special meaning.</summary>
    public static int LiteralLength(ReadOnlySpan<byte> pattern)
    {
        var special = pattern.IndexOfAny("*?[\\"u8);
        return special < 0 ? pattern.Length : special;
    }

    private static bool MatchOne(ReadOnlySpan<byte> pattern, ref int p, byte value)
    {
        switch (pattern[p])
        {
            case (byte)'?':
                p++;
                return true;
            case (byte)'[' when FindBracketEnd(pattern, p) is var end and > 0:
                var matched = MatchBracket(pattern[(p + 1)..end], value);
                p = end + 1;
                return matched;
            case (byte)'\\' when p + 1 < pattern.Length:
                p += 2;
                return Fold(pattern[p - 1]) == Fold(value);
            default:
                return Fold(pattern[p++]) == Fold(value);
        }
    }

    /// <summary>The index of the closing bracket; -1 if there is none, and then `[` stands for itself. A `]` right after the opening bracket is a member.</summary>
    private static int FindBracketEnd(ReadOnlySpan<byte> pattern, int open)
    {
        var first = open + 1;
        first += first < pattern.Length && pattern[first] is (byte)'!' or (byte)'^' ? 1 : 0;
        var from = first + 1;
        var length = from < pattern.Length ? pattern[from..].IndexOf((byte)']') : -1;
        return length < 0 ? -1 : from + length;
    }

    private static bool MatchBracket(ReadOnlySpan<byte> members, byte value)
    {
        var negated = members[0] is (byte)'!' or (byte)'^';
        members = negated ? members[1..] : members;
        var found = false;
        for (var at = 0; at < members.Length; at++)
        {
            var range = at + 2 < members.Length && members[at + 1] == '-';
            var last = range ? members[at + 2] : members[at];
            found |= value >= members[at] && value <= last;
            at += range ? 2 : 0;
        }

        return found != negated;
    }

    private static byte Fold(byte value) => value == '-' ? (byte)'_' : value;
}
