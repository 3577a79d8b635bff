namespace Stiefel.Client.Screen;

/// <summary>Breaks long lines between words, because a terminal would break them within words.</summary>
internal static class LineBreaks
{
    private const int Indent = 2;

    /// <summary>The lines of a text, none longer than the width unless a word is; what continues a line is indented by two more than its beginning.</summary>
    /// <param name="text">One line, or several with line feeds between them.</param>
    /// <param name="width">The greatest length of a line.</param>
    public static IEnumerable<string> In(string text, int width) => text.ReplaceLineEndings("\n").Split('\n').SelectMany(line => Break(line, width));

    private static IEnumerable<string> Break(string line, int width)
    {
        var indent = line.Length - line.TrimStart().Length;
        for (var begin = indent; line.Length > width; begin = indent + Indent)
        {
            // A break within the indentation would never end.
            var space = line.LastIndexOf(' ', width, width - Math.Min(begin, width - 1));
            space = space > begin ? space : line.IndexOf(' ', Math.Min(Math.Max(width, begin), line.Length - 1));
            if (space <= begin)
            {
                break;
            }

            yield return line[..space].TrimEnd();
            line = new string(' ', indent + Indent) + line[space..].TrimStart();
        }

        yield return line;
    }
}
