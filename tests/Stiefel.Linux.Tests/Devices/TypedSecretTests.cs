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
    [InlineData("\u001b[A\n", "[A", "**")]
    [InlineData("", "", "")]
    [InlineData("more than twenty bytes fit\n", "more than twenty byt", "********************")]
    public void Fill_TypedBytes_AreTheLineAndItsAsterisks(string typed, string expected, string echo)
    {
        var (line, shown) = (new byte[20], new StringWriter());
        var length = TypedSecret.Fill(new MemoryStream(Encoding.UTF8.GetBytes(typed)), line, shown);
        Assert.Equal(expected, Encoding.UTF8.GetString(line, 0, length));
        Assert.Equal(echo, shown.ToString());
    }
}
