using System.Text.RegularExpressions;

namespace Stiefel.Architecture.Tests;

/// <summary>Enforces uniform wording where the compiler's rules (.editorconfig, eng/BannedSymbols.txt) cannot.</summary>
public sealed partial class DialectTests
{
    private static readonly string[] s_sources =
    [
        .. ((string[])["src", "tests", "bench"]).SelectMany(part => Directory.EnumerateFiles(Path.Combine(House.Root, part), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.EndsWith(nameof(DialectTests) + ".cs", StringComparison.Ordinal)),
    ];

    [Fact]
    public void CancellationTokens_AreCalledToken() => AssertNothing(OtherToken());

    [Fact]
    public void Directories_AreNotCalledFolders() => AssertNothing(Folder());

    /// <summary>A class lies in one file. Exceptions have one interface and large parts, which the head of the class names.</summary>
    [Fact]
    public void Classes_InSeveralFiles_AreThese()
    {
        var several = s_sources.Select(file => Path.GetFileName(file).Split('.')).Where(parts => parts.Length > 2).Select(parts => parts[0]).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(["BlockDevice", "Negotiator"], several);
    }

    /// <summary>A longer file holds more than one thing.</summary>
    [Fact]
    public void Files_AreNoLongerThanTheirLimit()
    {
        const int MostLines = 400;
        Assert.Equal([], s_sources.Where(file => File.ReadLines(file).Count() > MostLines).Select(file => Path.GetRelativePath(House.Root, file)));
    }

    /// <summary>A test fails if it lacks what it needs, because a skipped test would look like one that passed.</summary>
    [Fact]
    public void Tests_CannotBeSkipped() => AssertNothing(Skip());

    [Fact]
    public void Comments_SayWhatIsMeantWithoutWhoever() => AssertNothing(Whoever());

    [Fact]
    public void Comments_BeginWithTheirSubject() => AssertNothing(WithoutSubject());

    private static void AssertNothing(Regex unwanted)
    {
        Assert.True(s_sources.Length > 500);
        Assert.Equal([], s_sources.SelectMany(file => unwanted.Matches(File.ReadAllText(file)).Select(match => $"{Path.GetRelativePath(House.Root, file)}: {match.Value}")));
    }

    [GeneratedRegex(@"CancellationToken\??\s+(?!token\b)[a-z]\w*\s*[,)=]")]
    private static partial Regex OtherToken();

    [GeneratedRegex(@"Assert\.Skip\w*|\bSkip\s*=")]
    private static partial Regex Skip();

    [GeneratedRegex(@"\bwhoever\b", RegexOptions.IgnoreCase)]
    private static partial Regex Whoever();

    // A sentence that begins with Of, That of or Who, at the beginning of a comment or docstring or after another sentence.
    [GeneratedRegex(@"//+[^\r\n]*?(?<=//+ *|<(summary|param[^>]*|returns|exception[^>]*|remarks)>|//[^\r\n]*\. )(Of|That of|Who|Whose) [^\r\n]*")]
    private static partial Regex WithoutSubject();

    [GeneratedRegex(@"\b\w*(?<!Special|Get)folder\w*", RegexOptions.IgnoreCase)]
    private static partial Regex Folder();
}
