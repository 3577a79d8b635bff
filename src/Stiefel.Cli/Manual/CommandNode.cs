using System.CommandLine;

namespace Stiefel.Cli.Manual;

/// <summary>A command with the words that lead to it. Manual page and completions are made from these, so they say the same as --help.</summary>
/// <param name="Path">The words, for example `key new`; empty for the program itself.</param>
/// <param name="Command">The command that these words call.</param>
internal sealed record CommandNode(string Path, Command Command)
{
    /// <summary>Names of the commands and options that may follow.</summary>
    public IEnumerable<string> Words => [.. Subcommands.Select(command => command.Name), .. Options.Select(option => option.Name)];

    /// <summary>Its visible subcommands.</summary>
    public IEnumerable<Command> Subcommands => Command.Subcommands.Where(command => !command.Hidden);

    /// <summary>Its visible options.</summary>
    public IEnumerable<Option> Options => Command.Options.Where(option => !option.Hidden);

    /// <summary>All commands of a program, each before its subcommands.</summary>
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
