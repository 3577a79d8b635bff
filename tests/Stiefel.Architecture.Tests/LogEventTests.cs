using System.Text.RegularExpressions;

namespace Stiefel.Architecture.Tests;

/// <summary>The number of a log event stands for one message in all programs.</summary>
public sealed partial class LogEventTests
{
    [Fact]
    public void EventIds_AreUnique()
    {
        var ids = Directory.EnumerateFiles(Path.Combine(House.Root, "src"), "*Log*.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(House.Root, "src"), "*Warnings.cs", SearchOption.AllDirectories))
            .SelectMany(file => EventId().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).ToList();

        Assert.True(ids.Count > 50);
        Assert.Equal([], ids.GroupBy(id => id).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [GeneratedRegex(@"LoggerMessage\((?:EventId = )?(\d+)")]
    private static partial Regex EventId();
}
