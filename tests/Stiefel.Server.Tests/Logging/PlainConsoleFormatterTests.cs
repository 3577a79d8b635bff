using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Stiefel.Server.Logging;

namespace Stiefel.Server.Tests.Logging;

public sealed class PlainConsoleFormatterTests
{
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
}
