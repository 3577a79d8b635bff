using System.CommandLine;
using System.Runtime.CompilerServices;

namespace Stiefel.CommandLine;

/// <summary>Examples belong to a command as its description does, but the parser's type has no place for them.</summary>
public static class VerbExamples
{
    private static readonly ConditionalWeakTable<Command, string[]> s_examples = [];

    /// <summary>Lines for the end of the command's help.</summary>
    public static TCommand WithExamples<TCommand>(this TCommand command, params string[] examples)
        where TCommand : Command
    {
        s_examples.AddOrUpdate(command, examples);
        return command;
    }

    /// <summary>Those lines; none if it has none.</summary>
    public static string[] Of(Command command) => s_examples.TryGetValue(command, out var examples) ? examples : [];
}
