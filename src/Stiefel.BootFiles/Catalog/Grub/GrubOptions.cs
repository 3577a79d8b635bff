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
    /// <param name="known">`name`, `n|name` with a letter, `name=` with a value, `name?` with a value that can be missing: if the next argument is no option, it is the value.</param>
    public static GrubOptions? Parse(IReadOnlyList<string> arguments, params ReadOnlySpan<string> known) => Parse(arguments, acceptsDash: false, known);

    /// <summary>The same for a command to which an unknown option is an argument like others (GRUB_COMMAND_ACCEPT_DASH).</summary>
    public static GrubOptions? ParseLoosely(IReadOnlyList<string> arguments, params ReadOnlySpan<string> known) => Parse(arguments, acceptsDash: true, known);

    private static GrubOptions? Parse(IReadOnlyList<string> arguments, bool acceptsDash, ReadOnlySpan<string> known)
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

            if (argument.Length < 2 || argument[0] != '-' || (acceptsDash && !IsKnown(argument, known)))
            {
                options.Rest.Add(argument);
            }
            else if (!(argument[1] == '-' ? options.TryName(arguments, ref at, known) : options.TryLetters(arguments, ref at, known)))
            {
                return null;
            }
        }

        return options;
    }

    private static bool IsKnown(string argument, ReadOnlySpan<string> known)
    {
        if (argument[1] == '-')
        {
            return Find(known, argument[2..].Split('=')[0]) is not null;
        }

        foreach (var letter in argument.AsSpan(1))
        {
            if (Find(known, letter) is null)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Letters may stand together; the value of the last is the next argument, whatever it is if it must have one.</summary>
    private bool TryLetters(IReadOnlyList<string> arguments, ref int at, ReadOnlySpan<string> known)
    {
        var letters = arguments[at];
        for (var letter = 1; letter < letters.Length; letter++)
        {
            if (Find(known, letters[letter]) is not { } option)
            {
                return false;
            }

            var isLast = letter == letters.Length - 1 && at + 1 < arguments.Count;
            var value = isLast && (option.EndsWith('=') || (option.EndsWith('?') && (arguments[at + 1].Length < 2 || arguments[at + 1][0] != '-'))) ? arguments[++at] : null;
            if (!TryAdd(option, value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The value stands behind `=`, or is the next argument if that begins with no hyphen.</summary>
    private bool TryName(IReadOnlyList<string> arguments, ref int at, ReadOnlySpan<string> known)
    {
        var argument = arguments[at];
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        if (Find(known, equals < 0 ? argument[2..] : argument[2..equals]) is not { } option)
        {
            return false;
        }

        var value = equals >= 0 ? argument[(equals + 1)..]
            : option[^1] is '=' or '?' && at + 1 < arguments.Count && !arguments[at + 1].StartsWith('-') ? arguments[++at]
            : null;
        return TryAdd(option, value);
    }

    private bool TryAdd(string option, string? value)
    {
        _options.Add((option.TrimEnd('=', '?'), value));
        return option[^1] == '?' || option.EndsWith('=') == value is not null;
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
