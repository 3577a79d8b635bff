using System.CommandLine;
using System.CommandLine.Help;
using Stiefel.Cli.Verbs;
using Stiefel.Client.Failures;
using Stiefel.Client.Screen;

namespace Stiefel.Client.Verbs;

/// <summary>Parses the command line, runs the verb, and turns what went wrong into one line and an exit code.</summary>
internal static class VerbRunner
{
    public static async Task<int> RunAsync(RootCommand root, string[] args, TextWriter? output = null, TextWriter? error = null)
    {
        output ??= StandardStreams.Output;
        error ??= StandardStreams.Error;
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        }

        ParseResult parsed = root.Parse(args);
        if (parsed.Action is not HelpWithExamples && UsageProblem.Of(parsed, "stiefel-client") is { } problem)
        {
            await error.WriteLineAsync($"stiefel-client: {problem}").ConfigureAwait(false);
            return ExitCode.WrongUsage;
        }

        return await InvokeAsync(parsed, output, error).ConfigureAwait(false);
    }

    private static async Task<int> InvokeAsync(ParseResult parsed, TextWriter output, TextWriter error)
    {
        try
        {
            var settings = new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error };
            return await parsed.InvokeAsync(settings).ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            await error.WriteLineAsync($"stiefel-client: {Failure.Describe(problem)}").ConfigureAwait(false);
            return Failure.ExitCodeOf(problem);
        }
    }
}
