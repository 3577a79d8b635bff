using System.Text.RegularExpressions;

namespace Stiefel.Architecture.Tests;

/// <summary>
/// docs/messages.md has a row for each log event and each refusal for safety. A message is compared by its first literal, with `…` for each value in it;
/// a literal that ends in the middle of a value counts up to there. A message of values only is exempt, and so are words that other refusals share.
/// </summary>
public sealed partial class MessageTests
{
    private const int LeastLetters = 12;
    private const string Shared = "nothing was changed";

    private static readonly string s_page = File.ReadAllText(Path.Combine(House.Root, "docs", "messages.md"));
    private static readonly IReadOnlyList<string> s_sources =
        [.. House.Projects.SelectMany(project => Directory.EnumerateFiles(Path.Combine(House.Root, "src", project), "*.cs", SearchOption.AllDirectories)).Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText)];

    [Fact]
    public void LogEvents_HaveARowEach()
    {
        var events = s_sources.SelectMany(source => LogEvent().Matches(source)).ToDictionary(match => match.Groups[1].Value, match => Shown(match.Groups[2].Value));
        var rows = LogRow().Matches(s_page).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        Assert.True(events.Count > 70);
        Assert.Equal([], events.Where(one => !rows.TryGetValue(one.Key, out var row) || !row.StartsWith(one.Value, StringComparison.Ordinal)).Select(one => $"| {one.Key} | `{one.Value}` |"));
        Assert.Equal([], rows.Keys.Where(id => !events.ContainsKey(id)));
    }

    [Fact]
    public void RefusalsForSafety_HaveARowEach()
    {
        var refusals = s_sources.SelectMany(source => Refusal().Matches(source)).Select(match => Shown(match.Groups[1].Value)).Where(IsSaid).ToHashSet();
        var rows = RefusalRow().Matches(s_page).Select(match => match.Groups[1].Value).ToList();
        Assert.True(refusals.Count > 25);
        Assert.Equal([], refusals.Where(refusal => !rows.Any(row => row.StartsWith(refusal, StringComparison.Ordinal))));
        Assert.Equal([], rows.Where(row => !refusals.Any(refusal => row.StartsWith(refusal, StringComparison.Ordinal))));
    }

    private static bool IsSaid(string message) => message.Count(char.IsLetter) >= LeastLetters && !message.TrimStart('…', ';', ' ').Equals(Shared, StringComparison.Ordinal);

    private static string Shown(string literal) => Value().Replace(literal, "…").Split('{')[0].Replace("\\\"", "\"", StringComparison.Ordinal).TrimEnd();

    [GeneratedRegex(@"\[LoggerMessage\((?:EventId = )?(\d+), (?:Level = )?LogLevel\.\w+,\s*(?:Message =\s*)?""((?:[^""\\]|\\.)*)""")]
    private static partial Regex LogEvent();

    [GeneratedRegex(@"new (?:RefusedException|UnsafeSettingsException|DiskInUseException)\(\s*\$?""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Refusal();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Value();

    [GeneratedRegex(@"^\| (\d+) \| `([^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex LogRow();

    [GeneratedRegex(@"^\| `([^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex RefusalRow();
}
