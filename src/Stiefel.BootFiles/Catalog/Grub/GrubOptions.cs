namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The options of a command and what is left beside them (grub-core/lib/arg.c).</summary>
internal sealed class GrubOptions
{
    private readonly List<(string Name, string? Value)> _options = [];

    private GrubOptions()
    {
    }

    /// <summary>The arguments that are no options.</summary>
    public List<string> Rest { get; } = [];

    public bool Has(string name) => _options.Exists(option => option.Name == name);

    /// <summary>The last value given; null if there is none.</summary>
    public string? this[string name] => _options.FindLast(option => option.Name == name).Value;

    /// <summary>All values given.</summary>
    public IEnumerable<string> All(string name) => _options.Where(option => option.Name == name).Select(option => option.Value ?? "");

    /// <summary>Null if one is unknown or misses its value: then the command does nothing.</summary>
    /// <param name="arguments">Those of the command.</param>
    /// <param name="known">`name`, `n|name` with a letter, `name=` with a value, `name?` with a value that can be missing.</param>
    public static GrubOptions? Parse(IReadOnlyList<string> arguments, params ReadOnlySpan<string> known)
    {
        var options = new GrubOptions();
        for (var at = 0; at < arguments.Count; at++)
        {
            var argument = arguments[at];
            if (argument == "--")
            {
                options.Rest.AddRange(arguments.Skip(at + 1));
                break;
            }

            if (argument.Length < 2 || argument[0] != '-')
            {
                options.Rest.Add(argument);
            }
            else if (!options.TryTake(arguments, ref at, known))
            {
                return null;
            }
        }

        return options;
    }

    private bool TryTake(IReadOnlyList<string> arguments, ref int at, ReadOnlySpan<string> known)
    {
        var argument = arguments[at];
        if (!argument.StartsWith("--", StringComparison.Ordinal))
        {
            // Letters may stand together; the value of the last is the next argument.
            for (var letter = 1; letter < argument.Length; letter++)
            {
                if (Find(known, argument[letter]) is not { } one || !TryAdd(one, null, letter == argument.Length - 1 ? arguments : [], ref at))
                {
                    return false;
                }
            }

            return true;
        }

        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? argument[2..] : argument[2..equals];
        return Find(known, name) is { } option && TryAdd(option, equals < 0 ? null : argument[(equals + 1)..], arguments, ref at);
    }

    private bool TryAdd(string option, string? value, IReadOnlyList<string> arguments, ref int at)
    {
        if (option.EndsWith('=') && value is null)
        {
            if (at + 1 >= arguments.Count || (arguments[at + 1].StartsWith('-') && arguments[at + 1] != "-"))
            {
                return false;
            }

            value = arguments[++at];
        }

        _options.Add((option.TrimEnd('=', '?'), value));
        return value is null || option[^1] is '=' or '?';
    }

    private static string? Find(ReadOnlySpan<string> known, char letter)
    {
        foreach (var one in known)
        {
            if (one.Length > 1 && one[1] == '|' && one[0] == letter)
            {
                return one[2..];
            }
        }

        return null;
    }

    private static string? Find(ReadOnlySpan<string> known, string name)
    {
        foreach (var one in known)
        {
            var option = one.Length > 1 && one[1] == '|' ? one[2..] : one;
            if (option.AsSpan().TrimEnd("=?").SequenceEqual(name))
            {
                return option;
            }
        }

        return null;
    }
}
