using System.CommandLine;
using System.Text;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Manual;

/// <summary>Writes the manual page stiefel(1) from the commands themselves (format: man 7 man).</summary>
internal static class ManualPage
{
    /// <summary>The page's source text.</summary>
    public static string Of(RootCommand root)
    {
        var page = new StringBuilder();
        page.Append(".TH STIEFEL 1 \"\" \"Stiefel\" \"User Commands\"\n.SH NAME\nstiefel \\- ").Append(Escaped(root.Description)).Append("\n.SH SYNOPSIS\n.B stiefel\n.I COMMAND\n.RI [ OPTIONS ]\n.SH COMMANDS\n");
        foreach (var node in CommandNode.Of(root).Where(node => node.Path.Length > 0 && !node.Subcommands.Any()))
        {
            Append(page, node);
        }

        page.Append(".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage, 3 refused for safety.\n");
        page.Append(".SH FILES\n.TP\n.I /etc/stiefel/config.yaml\nThe configuration.\n.TP\n.I /etc/stiefel/keys\nThe keys that are accepted; only root can read them.\n.TP\n.I /var/lib/stiefel\nThe ramdisk, and the record of what set-up did.\n");
        return page.ToString();
    }

    private static void Append(StringBuilder page, CommandNode node)
    {
        page.Append(".SS ").Append(Escaped(node.Path));
        foreach (var argument in node.Command.Arguments)
        {
            page.Append(' ').Append(Escaped((argument.HelpName ?? argument.Name).ToUpperInvariant()));
        }

        page.Append('\n').Append(Escaped(node.Command.Description)).Append(".\n");
        foreach (var option in node.Options)
        {
            page.Append(".TP\n.B ").Append(Escaped(option.Name));
            page.Append(option.HelpName is { } value ? $" \\fI{Escaped(value)}\\fR" : "").Append('\n').Append(Escaped(option.Description)).Append('\n');
        }

        var examples = VerbExamples.Of(node.Command);
        if (examples.Length > 0)
        {
            page.Append(".PP\nExamples:\n.PP\n.nf\n").AppendJoin('\n', examples.Select(example => "    " + Escaped(example))).Append("\n.fi\n");
        }
    }

    // In roff, a backslash begins an escape, a dash is a hyphen, and a dot or quote at the beginning of a line begins a request.
    private static string Escaped(string? text)
    {
        var plain = (text ?? "").Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return plain is ['.' or '\'', ..] ? "\\&" + plain : plain;
    }
}
