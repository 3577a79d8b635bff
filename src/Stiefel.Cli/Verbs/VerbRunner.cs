using System.CommandLine;
using System.CommandLine.Help;
using Stiefel.Keys;

namespace Stiefel.Cli.Verbs;

/// <summary>Parses the command line, runs the verb, and turns what went wrong into one line and an exit code.</summary>
internal static class VerbRunner
{
    public static async Task<int> RunAsync(RootCommand root, string[] args, TextWriter? output = null, TextWriter? error = null)
    {
        output ??= Console.Out;
        error ??= Console.Error;
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        }

        ParseResult parsed = root.Parse(args);
        if (parsed.Action is not HelpWithExamples && UsageProblem.Of(parsed, "stiefel") is { } problem)
        {
            await error.WriteLineAsync($"stiefel: {problem}").ConfigureAwait(false);
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
        catch (VerbException problem)
        {
            foreach (string line in problem.Message.Split('\n'))
            {
                await error.WriteLineAsync($"stiefel: {line}").ConfigureAwait(false);
            }

            return problem.ExitCode;
        }
        catch (KeyFileException problem)
        {
            await error.WriteLineAsync($"stiefel: {problem.Message}").ConfigureAwait(false);
            return problem.Problem == KeyFileProblem.Unsafe ? ExitCode.Refused : ExitCode.WrongUsage;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"stiefel: {problem.Message}").ConfigureAwait(false);
            return ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("stiefel: stopped").ConfigureAwait(false);
            return ExitCode.Failed;
        }
    }
}
