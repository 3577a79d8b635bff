namespace Stiefel.Cli.Laptop;

/// <summary>Reads files of `NAME=value` lines, such as os-release(5), initramfs.conf(5) and dracut.conf(5). Later lines win.</summary>
internal sealed class ShellSettings
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Reads the lines; lines that are not settings are skipped.</summary>
    public ShellSettings(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var text = line.Trim();
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && text[0] != '#')
            {
                // dracut's `add_drivers+=" x "` appends to the previous value.
                var adds = text[equals - 1] == '+';
                var name = text[..(adds ? equals - 1 : equals)].Trim();
                var value = Unquote(text[(equals + 1)..].Trim());
                _values[name] = adds && _values.TryGetValue(name, out var before) ? $"{before} {value}" : value;
            }
        }
    }

    /// <summary>The value of a name; empty if it is not set.</summary>
    public string this[string name] => _values.GetValueOrDefault(name, "");

    /// <summary>Reads a file and then the files of its drop-in directories, in the order in which programs read them.</summary>
    public static ShellSettings Of(LaptopTree tree, string file, params string[] directories)
    {
        // A file replaces one of the same name in an earlier directory; all are read in order of their names (man 5 dracut.conf).
        var parts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var directory in directories)
        {
            foreach (var name in tree.Names(directory).Where(name => name.EndsWith(".conf", StringComparison.Ordinal) || !name.Contains('.', StringComparison.Ordinal)))
            {
                parts[name] = $"{directory}/{name}";
            }
        }

        return new ShellSettings(tree.Lines(file).Concat(parts.Values.SelectMany(tree.Lines)));
    }

    private static string Unquote(string value)
    {
        if (value.Length > 1 && value[0] is '"' or '\'')
        {
            var end = value.IndexOf(value[0], 1);
            return end > 0 ? value[1..end].Trim() : value[1..].Trim();
        }

        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        return (comment < 0 ? value : value[..comment]).Trim();
    }
}
