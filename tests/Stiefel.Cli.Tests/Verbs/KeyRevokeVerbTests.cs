using System.CommandLine;
using Stiefel.Cli.Control;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Tests.Control;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;
using Xunit;

namespace Stiefel.Cli.Tests.Verbs;

/// <summary>`stiefel key revoke` on this machine, and with `--server` on another laptop.</summary>
public sealed class KeyRevokeVerbTests : IDisposable
{
    private const string Json = "application/json";
    private const string Problem = "application/problem+json";

    private readonly KeyForTests _keys = new();

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData("blue")]
    [InlineData("FILE")]
    public async Task Revoke_AtAServer_AsksItWithTheKeyAndLeavesTheDirectoryAsItIs(string key)
    {
        using var server = new ScriptedControlPlane(_keys.Blue, "200 OK", Json, """{"name":"red","id":"x.stiefel","keysLeft":1,"warning":null}""");

        var text = await RevokeAsync(0, "red", "--server", server.Host, "--key", key == "FILE" ? _keys.Directory["keys/blue.key"] : key);

        var request = Assert.Single(server.Requests);
        Assert.StartsWith("DELETE /api/v1/keys/red HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains($"Authorization: Bearer {AdminToken.For(_keys.Blue)}\r\n", request, StringComparison.Ordinal);
        Assert.Contains($"red is no longer accepted at {server.Host}", text, StringComparison.Ordinal);
        Assert.Contains("run there, too: stiefel key revoke red", text, StringComparison.Ordinal);
        Assert.DoesNotContain("asked with", text, StringComparison.Ordinal);
        Assert.True(File.Exists(_keys.Directory["keys/blue.key"]));
    }

    [Fact]
    public async Task Revoke_TheKeyThatAsks_SaysThatAnotherIsNeededFromNowOn()
    {
        using var server = new ScriptedControlPlane(_keys.Blue, "200 OK", Json, $$"""{"name":"blue","id":"{{DerivedCertificate.NameOf(_keys.Blue)}}","keysLeft":1,"warning":null}""");
        Assert.Contains("name another with --key", await RevokeAsync(0, "blue", "--server", server.Host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_ServerWarns_IsShownWithoutControlCharacters()
    {
        using var server = new ScriptedControlPlane(_keys.Blue, "200 OK", Json, """{"name":"blue","id":null,"keysLeft":0,"warning":"the last\u001b[2J key"}""");
        Assert.Contains("WARNING: the last?[2J key", await RevokeAsync(0, "blue", "--server", server.Host), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("404 Not Found", """{"detail":"there is no key 'red' here; there are: blue"}""", "there are: blue")]
    [InlineData("500 Internal Server Error", """{"detail":"remove it by hand"}""", "remove it by hand")]
    [InlineData("401 Unauthorized", "{}", "name another with --key")]
    [InlineData("200 OK", "[]", "try again")]
    public async Task Revoke_ServerRefuses_IsOneLine(string status, string body, string words)
    {
        using var server = new ScriptedControlPlane(_keys.Blue, status, Problem, body);
        var text = await RevokeAsync(1, "red", "--server", server.Host);
        Assert.Contains(words, text, StringComparison.Ordinal);
        // On a busy machine the answer may take so long that the line about waiting appears.
        Assert.Single(text.TrimEnd().Split('\n'), line => !line.StartsWith("waiting: ", StringComparison.Ordinal));
    }

    /// <summary>The server flushes its disk first, so giving up early is wrong: a second request would hear that there is no such key.</summary>
    [Fact]
    public async Task Revoke_ServerTakesLongerThanALookUp_IsWaitedForWithALineThatSaysWhy()
    {
        using var server = new ScriptedControlPlane(_keys.Blue, "200 OK", Json, """{"name":"red","id":"x.stiefel","keysLeft":1,"warning":null}""", TimeSpan.FromSeconds(12));
        var text = await RevokeAsync(0, "red", "--server", server.Host);
        Assert.StartsWith("waiting: ", text, StringComparison.Ordinal);
        Assert.Contains("red is no longer accepted", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_ServerRefusesWithEscapes_IsShownWithoutThem()
    {
        using var server = new ScriptedControlPlane(_keys.Blue, "500 Internal Server Error", Problem, """{"detail":"the\u001b[2J\u009b1m disk\r\nis gone"}""");
        Assert.Contains("stiefel: the?[2J?1m disk??is gone\n", await RevokeAsync(1, "red", "--server", server.Host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_KeyThatIsHereUnderOtherNames_SaysThatItIsStillAcceptedAndFails()
    {
        var directory = new KeyDirectory(_keys.Directory["keys"]);
        foreach (var copy in new[] { "blue-backup", "attic" })
        {
            File.Copy(_keys.Directory["keys/blue.key"], _keys.Directory[$"keys/{copy}.key"]);
        }

        directory.Create("red");
        File.SetUnixFileMode(_keys.Directory["keys/attic.key"], UnixFileMode.UserRead | UnixFileMode.OtherRead); // refused because others can read it, but its mode may be corrected later

        var text = await RevokeAsync(1, "blue");
        Assert.False(File.Exists(_keys.Directory["keys/blue.key"]));
        Assert.Equal("stiefel: blue is removed, but the same key is still accepted, because it is here as attic, blue-backup too; " +
            "revoke that as well: stiefel key revoke attic; stiefel key revoke blue-backup\n", text);

        await RevokeAsync(1, "attic");
        Assert.Contains("no longer accepted", await RevokeAsync(0, "blue-backup"), StringComparison.Ordinal);
        Assert.Equal(["red"], directory.List());
    }

    [Fact]
    public async Task Revoke_AtAnotherLaptop_IsRefusedBeforeTheTokenIsSent()
    {
        using var foreign = SharedKey.Generate("foreign");
        using var server = new ScriptedControlPlane(foreign, "200 OK", Json, "{}");
        Assert.Contains("certificate", await RevokeAsync(1, "blue", "--server", server.Host), StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Revoke_NoServerThere_SaysWhereToLook() =>
        Assert.Contains("the laptop's screen", await RevokeAsync(1, "blue", "--server", "127.0.0.1:1"), StringComparison.Ordinal);

    [Theory]
    [InlineData("../blue", "--server", "127.0.0.1:1")]
    [InlineData("blue", "--key", "blue")]
    [InlineData("blue", "--server", "https://laptop")]
    public async Task Revoke_WrongUsage_ChangesNothing(params string[] arguments)
    {
        await RevokeAsync(2, arguments);
        Assert.True(File.Exists(_keys.Directory["keys/blue.key"]));
    }

    private async Task<string> RevokeAsync(int expectedCode, params string[] arguments)
    {
        var output = new StringWriter();
        string[] all = ["key", "revoke", .. arguments, "--yes", "--directory", _keys.Directory["keys"]];
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(new RootCommand("test") { KeyVerb.Build() }, all, output, output);
        Assert.True(code == expectedCode, $"exit code {code}: {output}");
        return output.ToString();
    }
}
