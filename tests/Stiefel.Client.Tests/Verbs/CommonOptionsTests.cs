using System.CommandLine;
using Stiefel.Client.Boot;
using Stiefel.Client.Tests.Laptop;
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
        Assert.Equal(new LaptopChoice { Interface = "eth0" }, options.Read(parsed));
    }

    [Theory]
    [InlineData("bogus", "`stiefel-client` has no command 'bogus': expected boot, discover, fetch, attach, detach; see `stiefel-client --help`")]
    [InlineData("boot --sever 1.2.3.4", "`stiefel-client boot` has no option '--sever'; see `stiefel-client boot --help`")]
    [InlineData("discover --seconds x", "--seconds x: expected a whole number; see `stiefel-client discover --help`")]
    [InlineData("fetch --out a --passphrase-fd 1.5", "--passphrase-fd 1.5: expected a whole number; see `stiefel-client fetch --help`")]
    [InlineData("fetch", "Option '--out' is required; see `stiefel-client fetch --help`")]
    public async Task Usage_Wrong_IsOneLineOfWhatAndWhatToDo(string line, string message) =>
        Assert.Equal(new ClientRun(2, "", $"stiefel-client: {message}\n"), await ClientRun.StartAsync(line.Split(' ')));

    private static (CommonOptions Options, ParseResult Parsed) Parse(params string[] arguments)
    {
        var options = new CommonOptions();
        var command = new RootCommand();
        options.AddTo(command);
        return (options, command.Parse(arguments));
    }
}
