using System.CommandLine;

namespace Stiefel.Cli.Manual;

/// <summary>A command of the command line, with the words that lead to it: what manual page and completions are made of, as --help is.</summary>
/// <param name="Path">`key new`; empty for the program alone.</param>
/// <param name="Command">What is read there.</param>
internal sealed record CommandNode(string Path, Command Command)
{
    /// <summary>What may follow: commands and options.</summary>
    public IEnumerable<string> Words => [.. Subcommands.Select(command => command.Name), .. Options.Select(option => option.Name)];

    /// <summary>Commands below it.</summary>
    public IEnumerable<Command> Subcommands => Command.Subcommands.Where(command => !command.Hidden);

    /// <summary>Its options.</summary>
    public IEnumerable<Option> Options => Command.Options.Where(option => !option.Hidden);

    /// <summary>All of a program, each before those below it.</summary>
    public static IReadOnlyList<CommandNode> Of(RootCommand root)
    {
        var nodes = new List<CommandNode>();
        Add("", root, nodes);
        return nodes;
    }

    private static void Add(string path, Command command, List<CommandNode> nodes)
    {
        var node = new CommandNode(path, command);
        nodes.Add(node);
        foreach (var below in node.Subcommands)
        {
            Add($"{path} {below.Name}".Trim(), below, nodes);
        }
    }
}
