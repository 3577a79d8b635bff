using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Stiefel.Server.Logging;

namespace Stiefel.Server.Tests.Logging;

public sealed class PlainConsoleFormatterTests
{
    [Fact]
    public void Write_ErrorOfDiskOrFile_IsItsMessageWithoutAStackTrace()
    {
        Assert.Equal("stiefel: error: it failed: the disk is gone\n", Written(new IOException("the disk is gone")));
        Assert.Equal("stiefel: error: it failed: not yours\n", Written(new UnauthorizedAccessException("not yours")));
        Assert.Contains("   at ", Written(new InvalidOperationException("a mistake of ours")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\nstiefel: phase serving")]
    [InlineData("\u001b[2J")]
    [InlineData("\u009b2J")]
    [InlineData("\u0085")]
    [InlineData("\u007f")]
    public void Write_WordsOfStrangers_CannotMoveTheCursor(string words)
    {
        using var text = new StringWriter();
        new PlainConsoleFormatter().Write(new LogEntry<string>(LogLevel.Warning, "c", default, words, null, (state, _) => state), null, text);
        Assert.DoesNotContain(text.ToString()[..^1], char.IsControl);
        Assert.EndsWith("\n", text.ToString(), StringComparison.Ordinal);
    }

    private static string Written(Exception exception)
    {
        try
        {
            throw exception; // for its stack trace
        }
        catch (Exception thrown)
        {
            using var text = new StringWriter();
            new PlainConsoleFormatter().Write(new LogEntry<string>(LogLevel.Error, "c", default, "it failed", thrown, (state, _) => state), null, text);
            return text.ToString();
        }
    }
}
