using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace Stiefel.Client.Verbs;

/// <summary>Examples belong to a verb as its description does, but the parser's type has no place for them.</summary>
internal static class VerbExamples
{
    private static readonly ConditionalWeakTable<Command, string[]> s_examples = [];

    public static Command WithExamples(this Command command, params string[] examples)
    {
        s_examples.AddOrUpdate(command, examples);
        return command;
    }

    public static string[] Of(Command command) => s_examples.TryGetValue(command, out string[]? examples) ? examples : [];
}

/// <summary>The usual help text, followed by the verb's examples.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int exitCode = usual.Invoke(parseResult);
        string[] examples = VerbExamples.Of(parseResult.CommandResult.Command);
        if (examples.Length > 0)
        {
            parseResult.InvocationConfiguration.Output.WriteLine("Examples:\n  " + string.Join("\n  ", examples) + "\n");
        }

        return exitCode;
    }
}
