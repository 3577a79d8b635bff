using System.CommandLine;
using System.Runtime.CompilerServices;

namespace Stiefel.CommandLine;

/// <summary>Attaches examples to a command, because the library's type has no member for them.</summary>
public static class VerbExamples
{
    private static readonly ConditionalWeakTable<Command, string[]> s_examples = [];

    /// <summary>Adds lines to the end of the command's help.</summary>
    public static TCommand WithExamples<TCommand>(this TCommand command, params string[] examples)
        where TCommand : Command
    {
        s_examples.AddOrUpdate(command, examples);
        return command;
    }

    /// <summary>The command's examples; empty if it has none.</summary>
    public static string[] Of(Command command) => s_examples.TryGetValue(command, out var examples) ? examples : [];
}
