using System.Text;
using Stiefel.Linux.Devices;
using Xunit;

namespace Stiefel.Linux.Tests.Devices;

public sealed class TypedSecretTests
{
    [Theory]
    [InlineData("secret\n", "secret", "******")]
    [InlineData("secret\rmore\n", "secret", "******")]
    [InlineData("se\u007fcret\n", "scret", "**\b \b****")]
    [InlineData("\b\bx\n", "x", "*")]
    [InlineData("wrong\u0015ok\n", "ok", "*****\b \b\b \b\b \b\b \b\b \b**")]
    [InlineData("\u00e9\u007fe\n", "e", "*\b \b*")]
    [InlineData("ab\u001b[Ac\u001b[3~d\u001bOPe\n", "abcde", "*****")]
    [InlineData("", "", "")]
    [InlineData("more than twenty bytes fit\n", "more than twenty byt", "********************")]
    public void Fill_TypedBytes_AreTheLineAndItsAsterisks(string typed, string expected, string echo)
    {
        var (line, shown) = (new byte[20], new StringWriter());
        var length = TypedSecret.Fill(new MemoryStream(Encoding.UTF8.GetBytes(typed)), line, shown, hasMore: () => true);
        Assert.Equal(expected, Encoding.UTF8.GetString(line, 0, length));
        Assert.Equal(echo, shown.ToString());
    }

    [Fact]
    public void Fill_EscapeAlone_ForgetsWhatWasTyped()
    {
        var (line, shown) = (new byte[20], new StringWriter());
        var length = TypedSecret.Fill(new MemoryStream("ab\u001bc\n"u8.ToArray()), line, shown, hasMore: () => false);
        Assert.Equal("c", Encoding.UTF8.GetString(line, 0, length));
        Assert.Equal("**\b \b\b \b*", shown.ToString());
    }

    [Fact]
    public void Fill_ControlC_IsNoAnswer() =>
        Assert.Throws<OperationCanceledException>(() => TypedSecret.Fill(new MemoryStream("ab\u0003\n"u8.ToArray()), new byte[20], new StringWriter(), hasMore: () => false));
}
