using System.CommandLine;

namespace Stiefel.CommandLine.Tests;

public class VerbRunnerTests
{
    [Fact]
    public async Task Run_VerbEnds_GivesItsExitCodeAndOutput() =>
        Assert.Equal((ExitCode.Done, "played\n", ""), await RunAsync(Play(null), "play", "--times", "1"));

    [Fact]
    public async Task Run_HelpOfAVerb_EndsWithItsExamples()
    {
        var (code, output, _) = await RunAsync(Play(null), "play", "--help");
        Assert.Equal(ExitCode.Done, code);
        Assert.EndsWith("Examples:\n  band play\n  band play --times 2\n\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_HelpOfAVerbWithOneExample_SaysExample()
    {
        var (_, output, _) = await RunAsync(new Command("rest", "Be silent").WithExamples("band rest"), "rest", "--help");
        Assert.EndsWith("Example:\n  band rest\n\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "`band` needs a command: play")]
    [InlineData("ply", "`band` has no command 'ply': expected play")]
    [InlineData("play --time 1", "`band play` has no option '--time'")]
    [InlineData("play --times x", "--times x: expected a whole number")]
    [InlineData("play twice", "unexpected argument 'twice' for `band play`")]
    public async Task Run_WrongUsage_IsOneLineAndExitCodeTwo(string line, string message)
    {
        var (code, _, error) = await RunAsync(Play(null), line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((ExitCode.WrongUsage, $"band: {message}; see `band{(line.StartsWith("play", StringComparison.Ordinal) ? " play" : "")} --help`\n"), (code, error));
    }

    [Theory]
    [InlineData(ExitCode.Failed)]
    [InlineData(ExitCode.WrongUsage)]
    [InlineData(ExitCode.Refused)]
    public async Task Run_VerbFails_EachLineNamesTheProgram(int exitCode) =>
        Assert.Equal((exitCode, "", "band: one\nband: two\n"), await RunAsync(Play(new VerbException(exitCode, "one\ntwo")), "play"));

    [Fact]
    public async Task Run_ExceptionThatIsExplained_IsALineAndItsExitCode() =>
        Assert.Equal((ExitCode.Refused, "", "band: no sheet\n"), await RunAsync(Play(new FileNotFoundException("no sheet")), "play"));

    [Fact]
    public Task Run_Defect_IsNotHidden() =>
        Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(Play(new InvalidOperationException("a mistake of ours")), "play"));

    [Fact]
    public async Task Run_Verb_HasItsOwnTimeToEndOrTheUsual()
    {
        foreach (var (verb, time) in ((Command, TimeSpan)[])[(new Command("play"), TimeSpan.FromSeconds(2)), (new Command("play").WithTimeToEnd(TimeSpan.FromMinutes(1)), TimeSpan.FromMinutes(1))])
        {
            TimeSpan? seen = null;
            verb.SetAction(parsed =>
            {
                seen = parsed.InvocationConfiguration.ProcessTerminationTimeout;
            });
            await RunAsync(verb, "play");
            Assert.Equal(time, seen);
        }
    }

    [Fact]
    public void Exceptions_EachHaveTheirExitCode() => Assert.Equal(
        [ExitCode.Failed, ExitCode.WrongUsage, ExitCode.Refused],
        ((VerbException[])[new FailedException("a"), new UsageException("b"), new RefusedException("c")]).Select(one => one.ExitCode));

    private static Command Play(Exception? problem)
    {
        var command = new Command("play", "Play") { new Option<int>("--times") };
        command.SetAction(parsed =>
        {
            if (problem is not null)
            {
                throw problem;
            }

            parsed.InvocationConfiguration.Output.Write("played\n");
        });
        return command.WithExamples("band play", "band play --times 2");
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(Command verb, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var runner = new VerbRunner("band", problem => problem switch
        {
            VerbException known => known,
            FileNotFoundException => new RefusedException(problem.Message),
            _ => null,
        });
        var code = await runner.RunAsync(new RootCommand("test") { verb }, args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
