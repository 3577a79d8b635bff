using System.CommandLine;
using System.Text;

namespace Stiefel.Cli.Manual;

/// <summary>Writes completions for three shells from the commands themselves. Other arguments, mostly files, are left to the shell.</summary>
internal static class Completions
{
    private const string Bash = """
        # Completion of stiefel for bash; made by `stiefel write-manual`.
        _stiefel() {
            local current=${COMP_WORDS[COMP_CWORD]} path= words= i
            for ((i = 1; i < COMP_CWORD; i++)); do
                case "$path ${COMP_WORDS[i]}" in
                    @PATHS@) path="$path ${COMP_WORDS[i]}" ;;
                esac
            done
            case "$path" in
        @WORDS@
            esac
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
        }
        complete -o default -F _stiefel stiefel

        """;

    private const string Zsh = """
        #compdef stiefel
        # Completion of stiefel for zsh; made by `stiefel write-manual`.
        local path_= known word
        for word in "${(@)words[2,CURRENT-1]}"; do
            case "$path_ $word" in
                (@PATHS@) path_="$path_ $word" ;;
            esac
        done
        case "$path_" in
        @WORDS@
        esac
        compadd -- ${=known}
        _files

        """;

    /// <summary>Completions for bash.</summary>
    public static string ForBash(RootCommand root) => Fill(Bash, root, node => $"        \"{PathOf(node)}\") words=\"{string.Join(' ', node.Words)}\" ;;");

    /// <summary>Completions for zsh.</summary>
    public static string ForZsh(RootCommand root) => Fill(Zsh, root, node => $"    (\"{PathOf(node)}\") known=\"{string.Join(' ', node.Words)}\" ;;");

    /// <summary>Completions for fish.</summary>
    public static string ForFish(RootCommand root)
    {
        var lines = new StringBuilder("# Completion of stiefel for fish; made by `stiefel write-manual`.\n");
        foreach (var node in CommandNode.Of(root))
        {
            var words = node.Path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var condition = words.Length == 0 ? "__fish_use_subcommand" : string.Join("; and ", words.Select(word => $"__fish_seen_subcommand_from {word}"));
            foreach (var command in node.Subcommands)
            {
                lines.Append($"complete -c stiefel -n '{condition}' -f -a {command.Name} -d '{Quoted(command.Description)}'\n");
            }

            foreach (var option in node.Options.Where(option => option.Name.StartsWith("--", StringComparison.Ordinal)))
            {
                lines.Append($"complete -c stiefel -n '{condition}' -l {option.Name[2..]}{(option.HelpName is null ? "" : " -r")} -d '{Quoted(option.Description)}'\n");
            }
        }

        return lines.ToString();
    }

    private static string Fill(string frame, RootCommand root, Func<CommandNode, string> line)
    {
        var nodes = CommandNode.Of(root);
        return frame
            .Replace("@PATHS@", string.Join('|', nodes.Where(node => node.Path.Length > 0).Select(node => $"\"{PathOf(node)}\"")), StringComparison.Ordinal)
            .Replace("@WORDS@", string.Join('\n', nodes.Select(line)), StringComparison.Ordinal);
    }

    private static string PathOf(CommandNode node) => node.Path.Length == 0 ? "" : " " + node.Path;

    private static string Quoted(string? text) => (text ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal);
}
