using System.CommandLine;
using Stiefel.Cli.Control;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Tests.Control;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Protocol.Keys;
using Xunit;

namespace Stiefel.Cli.Tests.Verbs;

/// <summary>`stiefel return` and `stiefel kick`, for people and for programs.</summary>
public sealed class AnswerVerbTests : IDisposable
{
    private const string Leaving = """{"action":"restart","because":"its owner asked for it","since":"2026-01-02T03:04:05+00:00"}""";
    private const string Sessions = """[{"id":"6c472c2c25ab6e80ea1275381f265d4f","key":"blue","machine":"fe80::1%2","since":"2026-01-02T03:04:05+00:00"}]""";

    private readonly KeyForTests _keys = new();

    public void Dispose() => _keys.Dispose();

    [Theory]
    [InlineData("", "the laptop leaves the ramdisk (restart)\n")]
    [InlineData("--json", Leaving + "\n")]
    public async Task Return_Accepted_IsToldAsAskedFor(string option, string expected)
    {
        using var server = new ScriptedControlPlane(_keys.Blue, "202 Accepted", "application/json", Leaving);
        Assert.Equal(expected, await RunAsync(ReturnVerb.Build(), ["return", server.Host, .. option.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));
    }

    [Theory]
    [InlineData("", "session 6c472c2c25ab6e80ea1275381f265d4f is ended\n")]
    [InlineData("--json", """{"session":"6c472c2c25ab6e80ea1275381f265d4f","ended":true}""" + "\n")]
    public async Task Kick_Done_IsToldAsAskedFor(string option, string expected)
    {
        using var server = new ScriptedControlPlane(_keys.Blue, "200 OK", "application/json", Sessions);
        Assert.Equal(expected, await RunAsync(StatusVerbs.BuildKick(), ["kick", "6c47", server.Host, .. option.Split(' ', StringSplitOptions.RemoveEmptyEntries)]));
    }

    private async Task<string> RunAsync(Command verb, string[] arguments)
    {
        var output = new StringWriter();
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(new RootCommand("test") { verb }, [.. arguments, "--directory", _keys.Directory["keys"]], output, output);
        Assert.True(code == ExitCode.Done, $"exit code {code}: {output}");
        return output.ToString();
    }
}
