using System.CommandLine;
using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Verbs;
using Xunit;

namespace Stiefel.Cli.Tests.Verbs;

public class VerbRunnerTests
{
    [Fact]
    public async Task Run_HelpOfAVerb_EndsWithExamples()
    {
        var (code, output, _) = await RunAsync("key", "new", "--help");
        Assert.Equal(0, code);
        Assert.EndsWith("Examples:\n  stiefel key new blue-stick\n  stiefel key new test --directory ./keys\n\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kye")]
    [InlineData("key")]
    [InlineData("key", "new")]
    [InlineData("key", "new", "a", "--drectory", "x")]
    public async Task Run_WrongUsage_ExitsWithTwoAndPointsAtHelp(params string[] args)
    {
        var (code, _, error) = await RunAsync(args);
        Assert.Equal(2, code);
        Assert.StartsWith("stiefel: ", error, StringComparison.Ordinal);
        Assert.Contains("--help`", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_VerbRefuses_ExitsWithThreeAndOneLine()
    {
        using var folder = new TemporaryDirectory();
        Assert.Equal(0, (await RunAsync("key", "new", "a", "--directory", folder.Path)).Code);
        var (code, _, error) = await RunAsync("key", "new", "a", "--directory", folder.Path);
        Assert.Equal(3, code);
        Assert.Equal($"stiefel: {folder["a.key"]} exists already; choose another name, or revoke that key first\n", error);
    }

    [Fact]
    public async Task Run_FileSystemSaysNo_ExitsWithOneAndOneLine()
    {
        var (code, _, error) = await RunAsync("key", "new", "a", "--directory", "/proc/stiefel");
        Assert.Equal(1, code);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public async Task Run_SeveralProblems_EachIsALineOfOurs()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["config.yaml"], "colour: red\nshape: round\n");
        var (code, _, error) = await RunAsync("autokexec", "--config", folder["config.yaml"]);
        Assert.Equal(2, code);
        Assert.Equal(2, error.Trim().Split('\n').Length);
        Assert.All(error.Trim().Split('\n'), line => Assert.StartsWith($"stiefel: {folder["config.yaml"]}:", line, StringComparison.Ordinal));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await VerbRunner.RunAsync(new RootCommand("test") { KeyVerb.Build(), AutokexecVerb.Build() }, args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
