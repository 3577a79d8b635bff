using CsCheck;
using Stiefel.Protocol.Text;

namespace Stiefel.Protocol.Tests.Text;

public sealed class LineBreaksTests
{
    [Theory]
    [InlineData("short", "short")]
    [InlineData("", "")]
    [InlineData("exactly ten", "exactly|  ten")]
    [InlineData("ten signs.", "ten signs.")]
    [InlineData("  one two three", "  one two|    three")]
    [InlineData("one two\nthree four", "one two|three four")]
    [InlineData("unbreakableword", "unbreakableword")]
    [InlineData("  unbreakableword and more", "  unbreakableword|    and|    more")]
    [InlineData("a unbreakableword", "a|  unbreakableword")]
    [InlineData("trailing          ", "trailing|  ")]
    public void In_TenColumns_BreaksBetweenWords(string text, string lines) => Assert.Equal(lines.Split('|'), LineBreaks.In(text, 10));

    [Fact]
    public void In_WithoutIndentation_BeginsEachLineAtTheLeft() => Assert.Equal(["one two", "three four"], LineBreaks.In("one two three four", 10, hanging: 0));

    [Fact]
    public void In_AnyText_KeepsItsWords() =>
        Gen.Select(Gen.Char[" ab\n"].Array[0, 60], Gen.Int[5, 30]).Sample((letters, width) =>
        {
            var text = new string(letters);
            var lines = LineBreaks.In(text, width).ToList();
            Assert.Equal(Words(text), Words(string.Join('\n', lines)));
            Assert.All(lines, line => Assert.True(line.Length <= width || Words(line).Length <= 1, line));
        });

    private static string[] Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
