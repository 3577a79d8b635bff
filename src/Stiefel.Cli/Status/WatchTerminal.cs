using System.Text;

namespace Stiefel.Cli.Status;

/// <summary>The properties of the output on which a watch is drawn.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows; null if the output cannot be overwritten, such as a file.</param>
/// <param name="HasStyle">True to use bold letters.</param>
/// <param name="CanBlocks">True if it can show Unicode's block characters.</param>
/// <param name="IsJson">True for JSON, which is for programs.</param>
internal sealed record WatchTerminal(int Width, int? Height, bool HasStyle, bool CanBlocks, bool IsJson)
{
    private const int UsualWidth = 80;
    private const int UsualHeight = 24;

    // Terminals that may lack block characters: the kernel's console has a small font, and `dumb` may have any.
    private static readonly string?[] s_plain = [null, "", "dumb", "linux"];

    // man 7 locale: the first one that is set counts.
    private static readonly string[] s_locale = ["LC_ALL", "LC_CTYPE", "LANG"];

    /// <summary>Finds out the properties of standard output.</summary>
    /// <param name="isTerminal">True if it is a terminal.</param>
    /// <param name="isStyleWanted">False if the user has set NO_COLOR.</param>
    /// <param name="isJson">True for JSON.</param>
    /// <param name="variable">Looks up an environment variable.</param>
    /// <param name="size">Returns the terminal's size.</param>
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

    /// <summary>The characters that replace the previous lines by these; if the output cannot be overwritten, the lines followed by an empty one.</summary>
    public string Frame(IReadOnlyList<string> lines)
    {
        if (Height is not { } height)
        {
            return string.Concat(lines.Append("").Select(line => line + "\n"));
        }

        // Overwrite each line and erase its rest, so that nothing flickers; leave the last row free.
        var frame = new StringBuilder("\u001b[H");
        foreach (var (line, index) in lines.Take(height - 1).Select((line, index) => (line, index)))
        {
            frame.Append(index == 0 && HasStyle ? $"\u001b[1m{line}\u001b[0m" : line).Append("\u001b[K\r\n");
        }

        return frame.Append("\u001b[J").ToString();
    }
}
