using System.Text;
using Stiefel.Protocol.Text;

namespace Stiefel.Cli.Setup;

/// <summary>Shows a change as `diff -u` does, as a single block with three lines of context.</summary>
internal static class UnifiedDiff
{
    private const int Around = 3;
    private const string Red = "\u001b[31m";
    private const string Green = "\u001b[32m";
    private const string Bold = "\u001b[1m";
    private const string Reset = "\u001b[0m";

    /// <summary>The lines of the diff, with or without a terminal's colours.</summary>
    public static string Of(Change change, bool colored)
    {
        var text = new StringBuilder();
        Add(text, colored ? Bold : null, $"--- {(change.Before is null ? "/dev/null" : change.File.Path)}");
        Add(text, colored ? Bold : null, $"+++ {change.File.Path}");
        if (change.File.IsSecret)
        {
            Add(text, colored ? Green : null, $"+ {change.File.Content.Length} random bytes, readable by root only");
            return text.ToString();
        }

        if (change.File.IsLink)
        {
            Add(text, colored ? Green : null, $"+ a link to {Encoding.UTF8.GetString(change.File.Content)}");
            return text.ToString();
        }

        AddBlock(text, Lines(change.Before ?? []), Lines(change.File.Content), colored);
        return text.ToString();
    }

    private static void AddBlock(StringBuilder text, string[] before, string[] after, bool colored)
    {
        var same = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        var most = Math.Min(before.Length, after.Length) - same;
        var sameAtEnd = before.Reverse().Zip(after.Reverse()).Take(most).TakeWhile(pair => pair.First == pair.Second).Count();
        var first = Math.Max(0, same - Around);
        var lastBefore = Math.Min(before.Length, before.Length - sameAtEnd + Around);
        var lastAfter = Math.Min(after.Length, after.Length - sameAtEnd + Around);
        Add(text, null, $"@@ -{Range(first, lastBefore)} +{Range(first, lastAfter)} @@");
        foreach (var line in before[first..same])
        {
            Add(text, null, " " + line);
        }

        foreach (var line in before[same..^sameAtEnd])
        {
            Add(text, colored ? Red : null, "-" + line);
        }

        foreach (var line in after[same..^sameAtEnd])
        {
            Add(text, colored ? Green : null, "+" + line);
        }

        foreach (var line in after[(after.Length - sameAtEnd)..lastAfter])
        {
            Add(text, null, " " + line);
        }
    }

    private static string Range(int first, int end) => $"{(end > first ? first + 1 : first)},{end - first}";

    private static string[] Lines(byte[] content) => content.Length == 0 ? [] : Encoding.UTF8.GetString(content).TrimEnd('\n').Split('\n');

    private static void Add(StringBuilder text, string? color, string line) => text.AppendLine($"{color}{PrintableText.OneLine(line.Replace("\t", "    ", StringComparison.Ordinal))}{(color is null ? "" : Reset)}");
}
