namespace Stiefel.CommandLine.Tests;

public class HostEndPointTests
{
    [Theory]
    [InlineData("192.168.1.5", "192.168.1.5:80")]
    [InlineData("192.168.1.5:7", "192.168.1.5:7")]
    [InlineData("192.168.1.5:0", "192.168.1.5:80")]
    [InlineData("::1", "[::1]:80")]
    [InlineData("fe80::1%3", "[fe80::1%3]:80")]
    [InlineData("[fe80::1%3]", "[fe80::1%3]:80")]
    [InlineData("[fe80::1%3]:7", "[fe80::1%3]:7")]
    public void ParseAddress_EveryForm_IsUnderstood(string text, string expected)
    {
        Assert.Equal(expected, HostEndPoint.ParseAddress(text, 80)?.ToString());
        Assert.Equal(expected, HostEndPoint.Parse(text, 80)?.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("laptop")]
    [InlineData("192.168.1.5:99999")]
    public void ParseAddress_AnythingElse_IsNull(string text) => Assert.Null(HostEndPoint.ParseAddress(text, 80));

    [Theory]
    [InlineData("laptop", "Unspecified/laptop:80")]
    [InlineData("laptop.local:7", "Unspecified/laptop.local:7")]
    public void Parse_Name_IsUnderstood(string text, string expected) => Assert.Equal(expected, HostEndPoint.Parse(text, 80)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("laptop:")]
    [InlineData("laptop:0")]
    [InlineData("laptop:65536")]
    [InlineData("laptop:x")]
    [InlineData("a:b:7")]
    [InlineData("https://laptop")]
    public void Parse_SomethingElse_IsNull(string text) => Assert.Null(HostEndPoint.Parse(text, 80));
}
