namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Compares versions as RPM and Fedora's GRUB do (vercmp of its grub-core/commands/blscfg.c).</summary>
internal static class RpmVersion
{
    /// <summary>Negative if <paramref name="left"/> is older, positive if it is newer, 0 if they are equal.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            left = SkipSeparators(left);
            right = SkipSeparators(right);

            // A tilde marks a pre-release: 1~rc is older than 1.
            if (left.StartsWith('~') || right.StartsWith('~'))
            {
                if (!left.StartsWith('~') || !right.StartsWith('~'))
                {
                    return left.StartsWith('~') ? -1 : 1;
                }

                left = left[1..];
                right = right[1..];
                continue;
            }

            if (left.IsEmpty || right.IsEmpty)
            {
                break;
            }

            var digits = char.IsAsciiDigit(left[0]);
            ReadOnlySpan<char> one = TakeSegment(ref left, digits), two = TakeSegment(ref right, digits);
            if (two.IsEmpty)
            {
                return digits ? 1 : -1;
            }

            var order = digits ? CompareNumbers(one.TrimStart('0'), two.TrimStart('0')) : one.SequenceCompareTo(two);
            if (order != 0)
            {
                return order;
            }
        }

        return left.IsEmpty ? right.IsEmpty ? 0 : -1 : 1;
    }

    private static int CompareNumbers(ReadOnlySpan<char> one, ReadOnlySpan<char> two)
        => one.Length != two.Length ? one.Length.CompareTo(two.Length) : one.SequenceCompareTo(two);

    private static ReadOnlySpan<char> SkipSeparators(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && !char.IsAsciiLetterOrDigit(text[0]) && text[0] != '~')
        {
            text = text[1..];
        }

        return text;
    }

    private static ReadOnlySpan<char> TakeSegment(ref ReadOnlySpan<char> text, bool digits)
    {
        var end = 0;
        while (end < text.Length && (digits ? char.IsAsciiDigit(text[end]) : char.IsAsciiLetter(text[end])))
        {
            end++;
        }

        var segment = text[..end];
        text = text[end..];
        return segment;
    }
}
