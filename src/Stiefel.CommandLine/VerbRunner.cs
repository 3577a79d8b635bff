using System.CommandLine;
using System.CommandLine.Help;

namespace Stiefel.CommandLine;

/// <summary>Parses the command line, runs the verb, and turns errors into messages and an exit code.</summary>
/// <param name="program">The program's name, with which every line of an error begins.</param>
/// <param name="explain">Turns an exception into a message for people; returns null for a defect of the program, which then crashes.</param>
public sealed class VerbRunner(string program, Func<Exception, VerbException?> explain)
{
    /// <summary>Runs one command line.</summary>
    /// <param name="root">All verbs.</param>
    /// <param name="args">The arguments without the program's name.</param>
    /// <param name="output">Receives the verb's output.</param>
    /// <param name="error">Receives error messages.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync(RootCommand root, string[] args, TextWriter output, TextWriter error)
    {
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        }

        var parsed = root.Parse(args);
        if (parsed.Action is not HelpWithExamples && UsageProblem.Of(parsed, program) is { } problem)
        {
            await error.WriteLineAsync($"{program}: {problem}");
            return ExitCode.WrongUsage;
        }

        return await InvokeAsync(parsed, output, error);
    }

    private async Task<int> InvokeAsync(ParseResult parsed, TextWriter output, TextWriter error)
    {
        VerbException? known = null;
        try
        {
            var settings = new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error, ProcessTerminationTimeout = VerbPatience.Of(parsed.CommandResult.Command) };
            return await parsed.InvokeAsync(settings);
        }
        catch (Exception problem) when ((known = explain(problem)) is not null)
        {
            foreach (var line in known.Message.Split('\n'))
            {
                await error.WriteLineAsync($"{program}: {line}");
            }

            return known.ExitCode;
        }
    }
}
