namespace Stiefel.Protocol.Text;

/// <summary>Breaks long lines between words, because a terminal would break them within words.</summary>
public static class LineBreaks
{
    /// <summary>The lines of a text, none longer than the width unless it is a single word.</summary>
    /// <param name="text">One line, or several with line feeds between them.</param>
    /// <param name="width">The greatest length of a line.</param>
    /// <param name="hanging">What continues a line is indented by this much more than its beginning.</param>
    public static IEnumerable<string> In(string text, int width, int hanging = 2)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        return text.ReplaceLineEndings("\n").Split('\n').SelectMany(line => Break(line, width, hanging));
    }

    private static IEnumerable<string> Break(string line, int width, int hanging)
    {
        var indent = line.Length - line.TrimStart().Length;
        for (var begin = indent; line.Length > width; begin = indent + hanging)
        {
            // A break within the indentation would never end.
            var space = line.LastIndexOf(' ', width, width - Math.Min(begin, width - 1));
            space = space > begin ? space : line.IndexOf(' ', Math.Min(Math.Max(width, begin), line.Length - 1));
            if (space <= begin)
            {
                break;
            }

            yield return line[..space].TrimEnd();
            line = new string(' ', indent + hanging) + line[space..].TrimStart();
        }

        yield return line;
    }
}
