using System.Text.RegularExpressions;

namespace Stiefel.Architecture.Tests;

/// <summary>
/// docs/messages.md has a row for each log event, each message with which a program ends or refuses, and each line of the desktop's kernel log. A message is compared by its first literal, with `…` for each value in it;
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

    /// <summary>By exit code, and by who says it: each kind of message is a kind of exception.</summary>
    [Theory]
    [InlineData("Refused for safety", 25, "RefusedException|UnsafeSettingsException|DiskInUseException")]
    [InlineData("Wrong usage", 40, "UsageException")]
    [InlineData("Wrong settings of the server", 20, "SettingsException")]
    [InlineData("Failed", 50, "FailedException")]
    [InlineData("The desktop and the laptop's answers", 18, "ServerException|NoCodeException")]
    [InlineData("What the laptop refuses", 10, "RefusalException")]
    [InlineData("Keys", 10, "KeyFileException")]
    public void Messages_OfAKind_HaveARowEach(string section, int least, string kinds)
    {
        var messages = s_sources.SelectMany(source => MessagesIn(source, kinds)).Select(Shown).Where(IsSaid).ToHashSet();
        var rows = MessageRow().Matches(s_page.Split($"## {section}\n")[1].Split("\n## ")[0]).Select(match => match.Groups[1].Value).ToList();
        Assert.True(messages.Count > least, $"only {messages.Count} messages were found");
        Assert.Equal([], messages.Where(message => !rows.Any(row => row.StartsWith(message, StringComparison.Ordinal))).Select(message => $"| `{message}` |"));
        Assert.Equal([], rows.Where(row => !messages.Any(message => row.StartsWith(message, StringComparison.Ordinal))));
    }

    /// <summary>`stiefel-attach` writes lines into the kernel's log, and ends few of them by an exit code.</summary>
    [Fact]
    public void Lines_OfTheDesktopsKernelLog_HaveARowEach()
    {
        const string Project = "Stiefel.Attach";
        var sources = Directory.EnumerateFiles(Path.Combine(House.Root, "src", Project), "*.cs", SearchOption.AllDirectories).Where(file => !file.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText);
        var lines = sources.SelectMany(source => SaidLine().Matches(source)).Select(match => Shown(match.Groups[1].Value)).Where(IsSaid).ToHashSet();
        var rows = MessageRow().Matches(s_page.Split("## The desktop's kernel log\n")[1].Split("\n## ")[0]).Select(match => match.Groups[1].Value).ToList();
        Assert.True(lines.Count > 45, $"only {lines.Count} lines were found");
        Assert.Equal([], lines.Where(line => !rows.Any(row => row.StartsWith(line, StringComparison.Ordinal))).Select(line => $"| `{line}` |"));
        Assert.Equal([], rows.Where(row => !lines.Any(line => row.StartsWith(line, StringComparison.Ordinal))));
    }

    /// <summary>The first literal of a message, or of each of two between which it chooses.</summary>
    private static IEnumerable<string> MessagesIn(string source, string kinds)
    {
        var begin = $@"new (?:{kinds})\((?:KeyFileProblem\.\w+,|new Refusal\(\s*RefusalCodes\.\w+,)?\s*";
        const string Literal = @"\$?""((?:[^""\\]|\\.)*)""";
        return [
            .. Regex.Matches(source, begin + Literal).Select(match => match.Groups[1].Value),
            .. Regex.Matches(source, $@"{begin}[^"";]{{0,60}}\?\s*{Literal}\s*:\s*{Literal}").SelectMany(match => (string[])[match.Groups[1].Value, match.Groups[2].Value]),
        ];
    }

    private static bool IsSaid(string message) => message.Count(char.IsLetter) >= LeastLetters && !message.TrimStart('…', ';', ' ').Equals(Shared, StringComparison.Ordinal);

    private static string Shown(string literal) => Value().Replace(literal, "…").Split('{')[0].TrimEnd()
        .Replace("\\\"", "\"", StringComparison.Ordinal).Replace('`', '\'').Replace("|", @"\|", StringComparison.Ordinal);

    [GeneratedRegex(@"\[LoggerMessage\((?:EventId = )?(\d+), (?:Level = )?LogLevel\.\w+,\s*(?:Message =\s*)?""((?:[^""\\]|\\.)*)""")]
    private static partial Regex LogEvent();

    [GeneratedRegex(@"(?:\b_?(?:say|fail|warn)|new (?:DiskLost|GoodbyeRefused|NbdProtocol|IO|Format|FileNotFound)Exception)\(\s*\$?""((?:[^""\\]|\\.)*)""", RegexOptions.IgnoreCase)]
    private static partial Regex SaidLine();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Value();

    [GeneratedRegex(@"^\| (\d+) \| `([^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex LogRow();

    [GeneratedRegex(@"^\| `([^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex MessageRow();
}
