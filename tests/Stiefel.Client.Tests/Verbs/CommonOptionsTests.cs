using System.CommandLine;
using Stiefel.Client.Verbs;
using Xunit;

namespace Stiefel.Client.Tests.Verbs;

public sealed class CommonOptionsTests
{
    [Theory]
    [InlineData("192.168.1.5", "192.168.1.5:4644")]
    [InlineData("192.168.1.5:80", "192.168.1.5:80")]
    [InlineData("fe80::1%1", "[fe80::1%1]:4644")]
    [InlineData("fe80::1%lo", "[fe80::1%1]:4644")]
    [InlineData("[fe80::1%1]", "[fe80::1%1]:4644")]
    [InlineData("[fe80::1%1]:99", "[fe80::1%1]:99")]
    [InlineData("::1", "[::1]:4644")]
    public void Server_AddressInAnyForm_IsUnderstood(string text, string expected)
    {
        var (options, parsed) = Parse("--server", text, "--key", "k");
        Assert.Empty(parsed.Errors);
        Assert.Equal(expected, options.Read(parsed).Server?.ToString());
    }

    [Theory]
    [InlineData("laptop.local")]
    [InlineData("192.168.1.5:99999")]
    [InlineData("")]
    public void Server_AnythingElse_IsWrongUsageWithTheFormsExpected(string text) =>
        Assert.Contains("expected an address", Assert.Single(Parse("--server", text).Parsed.Errors).Message);

    [Fact]
    public void Server_NotGiven_MeansSearch()
    {
        var (options, parsed) = Parse("--interface", "eth0");
        Assert.Equal(new ServerOptions { Interface = "eth0" }, options.Read(parsed));
    }

    private static (CommonOptions Options, ParseResult Parsed) Parse(params string[] arguments)
    {
        var options = new CommonOptions();
        var command = new RootCommand();
        options.AddTo(command);
        return (options, command.Parse(arguments));
    }
}
