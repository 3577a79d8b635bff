using System.Text;
using System.Text.RegularExpressions;
using Stiefel.Cli.Ramdisk;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Ramdisk;

/// <summary>The ramdisk's scripts run only what the ramdisk has. What a script says about a missing program reaches no console.</summary>
public sealed partial class OverlayScriptsTests
{
    // The words of the shell itself, and its built-in commands (busybox ash).
    private static readonly string[] s_shell =
    [
        "if", "elif", "then", "else", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "{", "}", "!", "[", ":",
        "break", "cd", "echo", "exec", "exit", "export", "false", "read", "set", "shift", "true", "wait",
    ];

    // Ours, and those of Debian's packages that the scripts name by their path (RamdiskContent).
    private static readonly string[] s_others =
    [
        "stiefel-server", "stiefel-client", "/usr/sbin/modprobe", "/usr/lib/stiefel/load-drivers", "/early/busybox", "/usr/bin/busybox",
    ];

    [Fact]
    public async Task Scripts_EveryProgramTheyRun_IsInTheRamdisk()
    {
        var applets = (await ExternalProgram.RunAsync("busybox", ["--list"], token: TestContext.Current.CancellationToken)).Lines.ToHashSet(StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (var (path, content) in Overlay.Files(Overlay.Always).Where(file => file.Content.AsSpan().StartsWith("#!"u8)))
        {
            var script = Encoding.UTF8.GetString(content);
            var own = Function().Matches(script).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
            var programs = Programs(script).ToList();
            Assert.NotEmpty(programs);
            missing.AddRange(programs.Where(word => !applets.Contains(word) && !own.Contains(word) && !s_shell.Contains(word) && !s_others.Contains(word)).Select(word => $"{path}: {word}"));
        }

        Assert.Empty(missing);
    }

    [Theory]
    [InlineData("nice -n 15 load-drivers", "nice")]
    [InlineData("if [ -e x ]; then missing-program & fi", "[ missing-program")]
    [InlineData("x=1 found | other >/dev/null || last", "found other last")]
    [InlineData("case $a in\n    b) first ;;\n    c,d* | e) second; third ;;\nesac", "first second third")]
    [InlineData("echo \"it's; not run\" 'nor | this'", "echo")]
    [InlineData("# comment; no\nfor a in b c; do run $a; done", "run")]
    public void Programs_OfAScript_AreThoseThatItRuns(string script, string expected) =>
        Assert.Equal(expected.Split(' '), Programs(script).Where(word => word is "[" or "echo" || !s_shell.Contains(word)));

    /// <summary>The first words of all commands. Texts in quotes become a word that is no program; this is no whole shell, and enough for our scripts.</summary>
    private static IEnumerable<string> Programs(string script)
    {
        var plain = Texts().Replace(Comment().Replace(script, "").Replace("\\\n", " ", StringComparison.Ordinal), "text");
        foreach (var command in Separator().Split(Pattern().Replace(plain, "\n")))
        {
            var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(word => Assignment().IsMatch(word) || word is "if" or "elif" or "then" or "else" or "while" or "until" or "do" or "{" or "!").ToList();
            if (words is [var first, ..] && first is not ("for" or "case" or "}" or ")") && !first.Contains("()", StringComparison.Ordinal) && !first.StartsWith('$') && !first.StartsWith("text", StringComparison.Ordinal))
            {
                yield return first;
            }
        }
    }

    [GeneratedRegex(@"(?<=^|\s)#[^\n]*", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex("\"[^\"]*\"|'[^']*'")]
    private static partial Regex Texts();

    // Redirections, and the patterns of `case`.
    [GeneratedRegex(@"\d?>+&?\s*\S+|</?\S+|^\s*[^\s()]+( \| [^\s()]+)*\)", RegexOptions.Multiline)]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\n|;;|;|\|\||&&|\||&")]
    private static partial Regex Separator();

    [GeneratedRegex(@"^\w+=")]
    private static partial Regex Assignment();

    [GeneratedRegex(@"^(\w+)\(\)", RegexOptions.Multiline)]
    private static partial Regex Function();
}
