using Stiefel.Protocol.Text;

namespace Stiefel.Protocol.Tests.Text;

public class PrintableTextTests
{
    [Theory]
    [InlineData("Jürgens Laptop — 2", "Jürgens Laptop — 2")]
    [InlineData("\u001b[2J", "?[2J")]
    [InlineData("\u009b2J", "?2J")]
    [InlineData("a\nb\u007fc\0d", "a?b?c?d")]
    public void Of_ControlCharacters_AreReplaced(string text, string shown) => Assert.Equal(shown, PrintableText.Of(text));

    [Fact]
    public void Of_EndlessText_IsCutOff()
    {
        Assert.Equal(new string('a', PrintableText.MostShown), PrintableText.Of(new string('a', 1 << 20)));
        Assert.Equal("abc", PrintableText.Of("abcdef", most: 3));
    }

    [Theory]
    [InlineData("a\r\nb\nc", "a b c")]
    [InlineData("a\tb\u0085c\u001bd", "a?b c?d")]
    public void OneLine_LineBreaks_AreSpaces(string text, string shown) => Assert.Equal(shown, PrintableText.OneLine(text));

    [Fact]
    public void OneLine_StackTrace_IsWhole() => Assert.Equal(5000, PrintableText.OneLine(new string('a', 5000)).Length);
}
