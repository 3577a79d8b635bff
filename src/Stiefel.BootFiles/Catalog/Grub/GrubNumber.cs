using System.Globalization;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Numbers as GRUB reads them (grub_strtoul of grub-core/kern/misc.c, base 0); most callers ignore what follows the digits.</summary>
internal static class GrubNumber
{
    /// <summary>The number at the beginning of a text, `0x…` and `0…` in their bases; null if there is none.</summary>
    /// <param name="text">The text to read.</param>
    /// <param name="end">The index after the number.</param>
    public static ulong? Parse(string text, out int end)
    {
        var start = 0;
        while (start < text.Length && text[start] is ' ' or '\t' or '\n' or '\r')
        {
            start++;
        }

        var digits = text.AsSpan(start);
        var numberBase = 10u;
        if (digits.StartsWith("0x", StringComparison.Ordinal))
        {
            (numberBase, start) = (16, start + 2);
        }
        else if (digits is ['0', >= '0' and <= '7', ..])
        {
            (numberBase, start) = (8, start + 1);
        }

        var value = 0ul;
        for (end = start; end < text.Length && Digit(text[end]) < numberBase; end++)
        {
            var digit = Digit(text[end]);
            if (value > (ulong.MaxValue - digit) / numberBase)
            {
                return null;
            }

            value = (value * numberBase) + digit;
        }

        return end > start ? value : null;
    }

    /// <summary>The number in a comparison: a minus sign counts, and a text without a number is 0.</summary>
    public static long Signed(string text)
        => text.StartsWith('-') ? unchecked(-(long)(Parse(text[1..], out _) ?? 0)) : unchecked((long)(Parse(text, out _) ?? 0));

    /// <summary>The number at the beginning of a text, or 0 if there is none.</summary>
    public static ulong OrZero(string text) => Parse(text, out _) ?? 0;

    private static uint Digit(char c) => char.IsAsciiHexDigit(c) ? uint.Parse([c], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : uint.MaxValue;
}
