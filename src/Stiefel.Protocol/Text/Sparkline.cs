namespace Stiefel.Protocol.Text;

/// <summary>Draws numbers as one line of text, a character for each.</summary>
public static class Sparkline
{
    private const string Blocks = " ▁▂▃▄▅▆▇█";
    private const string Plain = " ._-=+*#@";

    /// <summary>Draws the latest numbers, scaled so that the largest of them fills its character.</summary>
    /// <param name="values">The numbers, oldest first; null where there is none.</param>
    /// <param name="width">The number of characters. Fewer values leave the beginning empty.</param>
    /// <param name="canBlocks">False where the terminal may lack the block characters of Unicode.</param>
    public static string Of(IReadOnlyList<double?> values, int width, bool canBlocks)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        var marks = canBlocks ? Blocks : Plain;
        var shown = values.Skip(Math.Max(0, values.Count - width)).ToList();
        var most = shown.Max() ?? 0;
        return string.Concat(shown.Select(value => MarkOf(value, most, marks))).PadLeft(width);
    }

    // A value above zero is always visible, however small.
    private static char MarkOf(double? value, double most, string marks) =>
        value is not > 0 || most <= 0 ? marks[0] : marks[Math.Clamp((int)Math.Ceiling(value.Value / most * (marks.Length - 1)), 1, marks.Length - 1)];
}
