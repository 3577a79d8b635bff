using System.Text.RegularExpressions;

namespace Stiefel.EndToEnd.Native;

public sealed partial class SecurityDocumentTests
{
    /// <summary>docs/security.md names tests for its claims; a test that was renamed or removed would leave a claim without proof.</summary>
    [Fact]
    public void Claims_OfTheSecurityPage_NameTestsThatExist()
    {
        var sources = Directory.GetFiles(Path.Combine(SecurityDocument.Checkout, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .ToLookup(Path.GetFileNameWithoutExtension, File.ReadAllText);
        var claims = TestNames().Matches(SecurityDocument.Text).ToList();

        Assert.True(claims.Count > 40, $"only {claims.Count} tests are named");
        Assert.All(claims, claim => Assert.True(
            sources[claim.Groups["class"].Value].Any(text => text.Contains($" {claim.Groups["test"].Value}(", StringComparison.Ordinal)), $"{claim.Value} is no test"));
    }

    [GeneratedRegex(@"`(?<class>[A-Z]\w+Tests)\.(?<test>[A-Z]\w+)`")]
    private static partial Regex TestNames();
}
