using System.Text;

namespace Stiefel.Cli.Status;

/// <summary>How a watch is drawn where its output goes.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows; null where nothing is drawn over, as in a file.</param>
/// <param name="HasStyle">Bold letters are wanted.</param>
/// <param name="CanBlocks">There are the block characters of Unicode.</param>
/// <param name="IsJson">The output is for programs.</param>
internal sealed record WatchTerminal(int Width, int? Height, bool HasStyle, bool CanBlocks, bool IsJson)
{
    private const int UsualWidth = 80;
    private const int UsualHeight = 24;

    // The kernel's own terminal has a small font, and `dumb` may have any.
    private static readonly string?[] s_plain = [null, "", "dumb", "linux"];

    // man 7 locale: the first of them that is set counts.
    private static readonly string[] s_locale = ["LC_ALL", "LC_CTYPE", "LANG"];

    /// <summary>Finds out about standard output.</summary>
    /// <param name="isTerminal">A person sees it.</param>
    /// <param name="isStyleWanted">Nobody said NO_COLOR.</param>
    /// <param name="isJson">It is for programs.</param>
    /// <param name="variable">The environment.</param>
    /// <param name="size">The terminal's size.</param>
    public static WatchTerminal Of(bool isTerminal, bool isStyleWanted, bool isJson, Func<string, string?> variable, Func<(int Width, int Height)> size)
    {
        var term = variable("TERM");
        var canDraw = isTerminal && !isJson && term is not (null or "" or "dumb");
        var (width, height) = canDraw ? size() : (UsualWidth, UsualHeight);
        var encoding = s_locale.Select(variable).FirstOrDefault(value => !string.IsNullOrEmpty(value)) ?? "";
        return new WatchTerminal(
            width > 0 ? width : UsualWidth, canDraw ? (height > 0 ? height : UsualHeight) : null, canDraw && isStyleWanted,
            !s_plain.Contains(term) && encoding.Contains("UTF-8", StringComparison.OrdinalIgnoreCase), isJson);
    }

    /// <summary>The characters that put these lines in place of those before; where nothing is drawn over, the lines and an empty one.</summary>
    public string Frame(IReadOnlyList<string> lines)
    {
        if (Height is not { } height)
        {
            return string.Concat(lines.Append("").Select(line => line + "\n"));
        }

        // Each line is written over the old one and its rest erased, so that nothing flickers; the last row stays free.
        var frame = new StringBuilder("\u001b[H");
        foreach (var (line, index) in lines.Take(height - 1).Select((line, index) => (line, index)))
        {
            frame.Append(index == 0 && HasStyle ? $"\u001b[1m{line}\u001b[0m" : line).Append("\u001b[K\r\n");
        }

        return frame.Append("\u001b[J").ToString();
    }
}
