using System.CommandLine;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
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
    [InlineData("kye new a", "`stiefel` has no command 'kye': expected key, autokexec, status, kick, demo; see `stiefel --help`")]
    [InlineData("", "`stiefel` needs a command: key, autokexec, status, kick, demo; see `stiefel --help`")]
    [InlineData("key nwe foo", "`stiefel key` has no command 'nwe': expected new, show, list, rotate, revoke, seal, token, cert; see `stiefel key --help`")]
    [InlineData("key new", "Required argument 'NAME' missing for command: 'new'; see `stiefel key new --help`")]
    [InlineData("key new a b c", "unexpected argument 'b' for `stiefel key new`; see `stiefel key new --help`")]
    [InlineData("key new a --drectory x", "`stiefel key new` has no option '--drectory'; see `stiefel key new --help`")]
    [InlineData("key new --pairng", "`stiefel key new` has no option '--pairng'; see `stiefel key new --help`")]
    [InlineData("status --jso", "`stiefel status` has no option '--jso'; see `stiefel status --help`")]
    [InlineData("kick --jso", "`stiefel kick` has no option '--jso'; see `stiefel kick --help`")]
    [InlineData("demo --firmware foo", "--firmware foo: expected one of direct, bios, uefi; see `stiefel demo --help`")]
    [InlineData("demo --firmware", "Required argument missing for option: '--firmware'; see `stiefel demo --help`")]
    public async Task Run_WrongUsage_ExitsWithTwoAndOneLineOfWhatAndWhatToDo(string line, string message)
    {
        var (code, _, error) = await RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((2, $"stiefel: {message}\n"), (code, error));
    }

    [Fact]
    public async Task Run_VerbRefuses_ExitsWithThreeAndOneLine()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal(0, (await RunAsync("key", "new", "a", "--directory", directory.Path)).Code);
        var (code, _, error) = await RunAsync("key", "new", "a", "--directory", directory.Path);
        Assert.Equal(3, code);
        Assert.Equal($"stiefel: {directory["a.key"]} exists already; choose another name, or revoke that key first\n", error);
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
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["config.yaml"], "colour: red\nshape: round\n");
        var (code, _, error) = await RunAsync("autokexec", "--config", directory["config.yaml"]);
        Assert.Equal(2, code);
        Assert.Equal(2, error.Trim().Split('\n').Length);
        Assert.All(error.Trim().Split('\n'), line => Assert.StartsWith($"stiefel: {directory["config.yaml"]}:", line, StringComparison.Ordinal));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var root = new RootCommand("test") { KeyVerb.Build(), AutokexecVerb.Build(), StatusVerbs.BuildStatus(), StatusVerbs.BuildKick(), DemoVerb.Build() };
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(root, args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
