namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>
/// The patterns by which loader.conf and firmware variables name an entry: `*`, `?`, `[a-z]`, and a backslash that escapes the next character
/// (systemd 257, src/boot/efi-string.c, efi_fnmatch). There is no `[!…]`. A pattern is split at its stars: the first part must match at the
/// beginning, the last at the end, the others in between and in order, so the time is bounded by the product of both lengths.
/// </summary>
internal static class LoaderPattern
{
    /// <summary>True if the pattern matches the whole id, regardless of ASCII case; no extension is added or removed.</summary>
    public static bool Fits(string pattern, string id)
    {
        ReadOnlySpan<char> rest = LoaderText.Fold(pattern), text = LoaderText.Fold(id);
        if (!TryPart(ref rest, ref text, out var ended))
        {
            return false;
        }

        while (!ended)
        {
            // A part that does not match here may match one character later: the star before it takes the character.
            if (TryPart(ref rest, ref text, out ended))
            {
                continue;
            }

            if (text.IsEmpty)
            {
                return false;
            }

            text = text[1..];
        }

        return true;
    }

    /// <summary>Compares one part, and removes it, the stars after it and the matched text. If it does not match, both stay unchanged.</summary>
    private static bool TryPart(ref ReadOnlySpan<char> pattern, ref ReadOnlySpan<char> text, out bool ended)
    {
        ReadOnlySpan<char> p = pattern, t = text;
        ended = false;
        while (!p.IsEmpty && p[0] != '*')
        {
            if (t.IsEmpty || !TryCharacter(ref p, t[0]))
            {
                return false;
            }

            t = t[1..];
        }

        if (p.IsEmpty && !t.IsEmpty)
        {
            return false;
        }

        ended = p.IsEmpty;
        pattern = p.TrimStart('*');
        text = t;
        return true;
    }

    private static bool TryCharacter(ref ReadOnlySpan<char> pattern, char wanted)
    {
        switch (pattern[0])
        {
            case '?':
                pattern = pattern[1..];
                return true;
            case '[':
                return TrySet(ref pattern, wanted);
            case '\\':
                pattern = pattern[1..];
                goto default;
            default:
                var fits = !pattern.IsEmpty && pattern[0] == wanted;
                pattern = fits ? pattern[1..] : pattern;
                return fits;
        }
    }

    /// <summary>Matches `[…]`. The first character may be `]`; the end of a range cannot begin another range.</summary>
    private static bool TrySet(ref ReadOnlySpan<char> pattern, char wanted)
    {
        var fits = false;
        var mayBeRange = false;
        for (var at = 1; at < pattern.Length; at++)
        {
            if (pattern[at] == ']' && at > 1)
            {
                pattern = pattern[(at + 1)..];
                return fits;
            }

            if (pattern[at] == '-' && mayBeRange && at + 1 < pattern.Length && pattern[at + 1] != ']')
            {
                var low = pattern[at - 1];
                at += pattern[at + 1] == '\\' ? 2 : 1;
                if (at >= pattern.Length)
                {
                    return false;
                }

                fits |= low <= wanted && wanted <= pattern[at];
                mayBeRange = false;
                continue;
            }

            if (pattern[at] == '\\' && ++at >= pattern.Length)
            {
                return false;
            }

            fits |= pattern[at] == wanted;
            mayBeRange = true;
        }

        return false;
    }
}
