using System.Text;
using CsCheck;
using Stiefel.Machines.Consoles;
using Xunit;

namespace Stiefel.Machines.Tests.Consoles;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("plain\r\nlines\r\n", "plain\nlines\n")]
    [InlineData("\x1b[32m  OK  \x1b[0m] Started", "  OK  ] Started")]
    [InlineData("\x1b[?2004hroot@laptop:~# ", "root@laptop:~# ")]
    [InlineData("\x1b]3008;start=1\x07title", "title")]
    [InlineData("\x1b]0;title\x1b\\shell", "shell")]
    [InlineData("\x1b(Bcharset", "charset")]
    [InlineData("\x1b" + "7saved\x1b" + "8", "saved")]
    [InlineData("bell\a nul\0 delete\x7f", "bell nul delete")]
    [InlineData("10 %\r20 %\r\n", "10 %\n20 %\n")]
    [InlineData("10 %\r\x1b[K20 %", "10 %\n20 %")]
    [InlineData("\r\r\nx", "\nx")]
    [InlineData("Grüße\r\n", "Grüße\n")]
    public void Feed_TerminalOutput_GivesPlainText(string raw, string plain)
        => Assert.Equal(plain, new TerminalText().Feed(Encoding.UTF8.GetBytes(raw)));

    [Fact]
    public void Feed_CutAnywhere_GivesTheSame()
    {
        var piece = Gen.OneOf("a", "ü", "€", "\r", "\n", "\x1b[1;31m", "\x1b]0;t\x07", "\x1b]0;t\x1b\\", "\x1b(B", "\x1b", "[", "]", "\t", "\a");
        Gen.Select(piece.Array[0, 30], Gen.Int[1, 5]).Sample((pieces, size) =>
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(pieces));
            var cut = new TerminalText();
            var parts = string.Concat(bytes.Chunk(size).Select(chunk => cut.Feed(chunk)));
            return parts == new TerminalText().Feed(bytes);
        });
    }

    [Fact]
    public void Feed_AnyBytes_LeavesNoControlCharacter()
        => Gen.Byte.Array[0, 200].Sample(bytes => new TerminalText().Feed(bytes).All(character => !char.IsControl(character)
            || character is '\n' or '\t' or >= '\x80'));
}
