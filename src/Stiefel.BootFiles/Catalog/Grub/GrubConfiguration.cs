using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>`grub.cfg` in the boot directory: Debian's and Arch's `grub/`, Fedora's and openSUSE's `grub2/`.</summary>
internal static class GrubConfiguration
{
    private static readonly string[] s_directories = ["grub", "grub2"];

    /// <summary>The menu's entries that start Linux, the default first.</summary>
    /// <exception cref="InvalidDataException">The script makes no sense.</exception>
    public static IEnumerable<BootEntry> Read(BootTree tree)
    {
        foreach (var directory in s_directories)
        {
            var prefix = Path.Combine(tree.Directory, directory);
            var source = tree.Describe($"{directory}/grub.cfg");
            var interpreter = new GrubInterpreter(tree, prefix);
            if (!interpreter.RunFile($"{prefix}/grub.cfg"))
            {
                continue;
            }

            foreach ((var item, var boot) in GrubMenu.InBootOrder(interpreter))
            {
                if (boot is null)
                {
                    tree.Findings.PassOver(source, item.Title, "starts no Linux kernel");
                    continue;
                }

                yield return new BootEntry
                {
                    Tree = tree, Source = source, Title = item.Title, Kernel = boot.Kernel, Initrds = boot.Initrds, CommandLine = boot.CommandLine,
                };
            }
        }
    }

    /// <summary>The variables as the script leaves them, or at least those of grubenv; none if there is neither.</summary>
    public static Dictionary<string, string> ReadVariables(BootTree tree)
    {
        foreach (var directory in s_directories)
        {
            var prefix = Path.Combine(tree.Directory, directory);
            var saved = GrubEnvironmentBlock.Read(tree, directory);
            try
            {
                var interpreter = new GrubInterpreter(tree, prefix);
                if (interpreter.RunFile($"{prefix}/grub.cfg"))
                {
                    return new(interpreter.Variables);
                }
            }
            catch (InvalidDataException error)
            {
                tree.Findings.PassOver(tree.Describe($"{directory}/grub.cfg"), error.Message);
            }

            if (saved is not null)
            {
                saved.TryAdd("default", saved.GetValueOrDefault("saved_entry", ""));
                return saved;
            }
        }

        return [];
    }

    /// <summary>Replaces `$name` and `${name}`, unknown ones by nothing.</summary>
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
        {
            return text;
        }

        var expanded = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var start = at + 1;
            var braces = text[at] == '$' && start < text.Length && text[start] == '{';
            start += braces ? 1 : 0;
            var end = start;
            while (text[at] == '$' && end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            {
                end++;
            }

            if (text[at] != '$' || end == start || (braces && (end == text.Length || text[end] != '}')))
            {
                expanded.Append(text[at++]);
                continue;
            }

            expanded.Append(variables.GetValueOrDefault(text[start..end], ""));
            at = braces ? end + 1 : end;
        }

        return expanded.ToString();
    }
}
