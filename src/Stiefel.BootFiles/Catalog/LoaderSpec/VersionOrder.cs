namespace Stiefel.BootFiles.Catalog.LoaderSpec;

/// <summary>Compares versions such as `6.1.0-9` and `6.1.0-10~rc1` by the UAPI group's Version Format Specification (UAPI.10).</summary>
public sealed class VersionOrder : IComparer<string>
{
    public static readonly VersionOrder Instance = new();

    private VersionOrder()
    {
    }

    /// <summary>Negative if <paramref name="x"/> is older, positive if it is newer, 0 if they are equal.</summary>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x, b = y;
        while (true)
        {
            a = SkipNoise(a);
            b = SkipNoise(b);

            // A tilde marks a pre-release: 1.0~rc1 is older than 1.0.
            if (TryMark(ref a, ref b, '~', out var order))
            {
                return order;
            }

            if (a.IsEmpty || b.IsEmpty)
            {
                return a.IsEmpty.CompareTo(b.IsEmpty) * -1;
            }

            if (TryMark(ref a, ref b, '-', out order) || TryMark(ref a, ref b, '^', out order) || TryMark(ref a, ref b, '.', out order))
            {
                return order;
            }

            var number = StartsWithDigit(a) || StartsWithDigit(b);
            order = number ? CompareNumbers(ref a, ref b) : CompareLetters(ref a, ref b);
            if (order != 0)
            {
                return order;
            }
        }
    }

    /// <summary>True, with the order, if only one side begins with the mark: that side is older. If both do, the mark is removed from both.</summary>
    private static bool TryMark(ref ReadOnlySpan<char> a, ref ReadOnlySpan<char> b, char mark, out int order)
    {
        bool inA = a.StartsWith(mark), inB = b.StartsWith(mark);
        order = inB.CompareTo(inA);
        if (inA && inB)
        {
            a = a[1..];
            b = b[1..];
        }

        return inA != inB;
    }

    private static int CompareNumbers(ref ReadOnlySpan<char> a, ref ReadOnlySpan<char> b)
    {
        ReadOnlySpan<char> left = TakeWhile(ref a, char.IsAsciiDigit), right = TakeWhile(ref b, char.IsAsciiDigit);
        if (left.IsEmpty != right.IsEmpty)
        {
            return left.IsEmpty ? -1 : 1;
        }

        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
    }

    private static int CompareLetters(ref ReadOnlySpan<char> a, ref ReadOnlySpan<char> b)
        => TakeWhile(ref a, char.IsAsciiLetter).SequenceCompareTo(TakeWhile(ref b, char.IsAsciiLetter));

    private static ReadOnlySpan<char> TakeWhile(ref ReadOnlySpan<char> text, Func<char, bool> belongs)
    {
        var length = 0;
        while (length < text.Length && belongs(text[length]))
        {
            length++;
        }

        var taken = text[..length];
        text = text[length..];
        return taken;
    }

    private static ReadOnlySpan<char> SkipNoise(ReadOnlySpan<char> text)
    {
        var at = 0;
        while (at < text.Length && !char.IsAsciiLetterOrDigit(text[at]) && text[at] is not ('-' or '.' or '~' or '^'))
        {
            at++;
        }

        return text[at..];
    }

    private static bool StartsWithDigit(ReadOnlySpan<char> text) => !text.IsEmpty && char.IsAsciiDigit(text[0]);
}
