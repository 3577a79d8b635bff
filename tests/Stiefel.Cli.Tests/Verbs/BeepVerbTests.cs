using System.CommandLine;
using Stiefel.Cli.Control;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Tests.Control;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Protocol.Keys;
using Xunit;

namespace Stiefel.Cli.Tests.Verbs;

/// <summary>`stiefel beep` with a server whose answer the test chooses.</summary>
public sealed class BeepVerbTests : IDisposable
{
    private const string Loud = """{"isOn":true,"hasSpeaker":true,"isSilenced":false}""";

    private readonly KeyForTests _keys = new();

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData("--test low", """{"test":"low","silence":null}""", Loud, "sounds as if it were low\n")]
    [InlineData("--test low", """{"test":"low","silence":null}""", """{"isOn":true,"hasSpeaker":false,"isSilenced":false,"later":1}""", "knows no speaker")]
    [InlineData("--silence", """{"test":null,"silence":true}""", """{"isOn":true,"hasSpeaker":true,"isSilenced":true}""", "is silent until")]
    [InlineData("--resume", """{"test":null,"silence":false}""", Loud, "beeps again")]
    public async Task Beep_AtAServer_SaysWhatItWillDo(string options, string sent, string answer, string expected)
    {
        using var server = new ScriptedControlPlane(_keys.Blue, "200 OK", "application/json", answer);
        Assert.Contains(expected, await RunAsync(ExitCode.Done, [server.Host, .. options.Split(' ')]), StringComparison.Ordinal);
        var request = Assert.Single(server.Requests);
        Assert.StartsWith("POST /api/v1/beep HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + sent, request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beep_ForPrograms_IsTheServersOwnAnswer()
    {
        using var server = new ScriptedControlPlane(_keys.Blue, "200 OK", "application/json", Loud);
        Assert.Equal(Loud + "\n", await RunAsync(ExitCode.Done, server.Host, "--silence", "--json"));
    }

    [Fact]
    public async Task Beep_LaptopDoesNotBeep_SaysWhy()
    {
        using var server = new ScriptedControlPlane(_keys.Blue, "409 Conflict", "application/problem+json", """{"detail":"this laptop does not beep"}""");
        Assert.Contains("this laptop does not beep", await RunAsync(ExitCode.Failed, server.Host, "--silence"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beep_AnswerOfAnotherKind_IsNotTakenForOne()
    {
        using var server = new ScriptedControlPlane(_keys.Blue, "200 OK", "application/json", "{}");
        Assert.Contains("does not understand the server's answer", await RunAsync(ExitCode.Failed, server.Host, "--silence"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--test loud")]
    [InlineData("--test low --silence")]
    [InlineData("--silence --resume")]
    public async Task Beep_NotOneOfItsThings_IsWrongUsage(string options) =>
        await RunAsync(ExitCode.WrongUsage, ["127.0.0.1:1", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

    private async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var output = new StringWriter();
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(new RootCommand("test") { BeepVerb.Build() }, ["beep", .. arguments, "--directory", _keys.Directory["keys"]], output, output);
        Assert.True(code == expected, $"exit code {code}: {output}");
        return output.ToString();
    }
}
