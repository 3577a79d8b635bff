using System.Text.RegularExpressions;
using Xunit;

namespace Stiefel.Cli.Tests.Doctor;

/// <summary>Manual and checks name the same findings.</summary>
public sealed partial class ManualTests
{
    [Fact]
    public void Manual_EveryFindingWorthAWord_IsInIt()
    {
        var top = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(top, "Stiefel.sln")))
        {
            top = Path.GetDirectoryName(top)!;
        }

        var manual = File.ReadAllText(Path.Combine(top, "docs/troubleshooting.md"));
        var source = string.Concat(Directory.GetFiles(Path.Combine(top, "src/Stiefel.Cli/Doctor"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var ids = Ids().Matches(source).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.True(ids.Length > 40, string.Join(' ', ids));
        Assert.All(ids, id => Assert.Contains($"`{id}`", manual, StringComparison.Ordinal));
    }

    [GeneratedRegex("Finding\\.(?:Note|Stop)\\(\\s*\"([a-z-]+)\"")]
    private static partial Regex Ids();
}
