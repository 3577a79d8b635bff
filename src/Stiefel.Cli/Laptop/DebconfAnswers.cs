using System.Text;

namespace Stiefel.Cli.Laptop;

/// <summary>debconf's database of answers to the questions of packages: paragraphs of `Field: value` lines (man 5 debconf.conf, driver File).</summary>
internal static class DebconfAnswers
{
    /// <summary>The database's path on the laptop.</summary>
    public const string Path = "/var/cache/debconf/config.dat";

    private const string Value = "Value:";

    // Keeps every byte, whatever the encoding is.
    private static readonly Encoding s_bytes = Encoding.Latin1;

    /// <summary>The database's content; null if there is none, or more of it than is read at once.</summary>
    public static byte[]? Read(LaptopTree tree) => tree.Bytes(Path) is { } bytes && tree.OnDisk(Path) is { } place && new FileInfo(place).Length == bytes.Length ? bytes : null;

    /// <summary>The answer to a question; null if it has none, and the question's default counts.</summary>
    public static string? Of(byte[]? database, string question)
    {
        var text = s_bytes.GetString(database ?? []);
        return ParagraphOf(text, question) is { } place
            ? text[place].Split('\n').Where(line => line.StartsWith(Value, StringComparison.Ordinal)).Select(line => line[Value.Length..].Trim()).FirstOrDefault()
            : null;
    }

    /// <summary>The database with another answer to a question; null if it does not have that question.</summary>
    /// <param name="database">The database's content.</param>
    /// <param name="question">The question's name.</param>
    /// <param name="answer">The answer; null for the question's default.</param>
    public static byte[]? With(byte[] database, string question, string? answer)
    {
        var text = s_bytes.GetString(database);
        if (ParagraphOf(text, question) is not { } place)
        {
            return null;
        }

        var lines = text[place].Split('\n').ToList();
        var at = lines.FindIndex(line => line.StartsWith(Value, StringComparison.Ordinal));
        if (at >= 0)
        {
            lines.RemoveAt(at);
        }

        if (answer is not null)
        {
            // debconf writes name, template and answer in this order.
            lines.Insert(at >= 0 ? at : lines.FindLastIndex(line => line.StartsWith("Name:", StringComparison.Ordinal) || line.StartsWith("Template:", StringComparison.Ordinal)) + 1, $"{Value} {answer}");
        }

        return s_bytes.GetBytes(text[..place.Start] + string.Join('\n', lines) + text[place.End..]);
    }

    // From the line with the name to the last line before an empty one.
    private static Range? ParagraphOf(string text, string question)
    {
        var name = $"Name: {question}\n";
        var start = text.StartsWith(name, StringComparison.Ordinal) ? 0 : text.IndexOf("\n" + name, StringComparison.Ordinal) + 1;
        if (start == 0 && !text.StartsWith(name, StringComparison.Ordinal))
        {
            return null;
        }

        var end = text.IndexOf("\n\n", start, StringComparison.Ordinal);
        return start..(end < 0 ? text.TrimEnd('\n').Length : end);
    }
}
