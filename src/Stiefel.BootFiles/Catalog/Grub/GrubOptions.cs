namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Separates a command's options from its other arguments (grub-core/lib/arg.c).</summary>
internal sealed class GrubOptions
{
    private readonly List<(string Name, string? Value)> _options = [];

    private GrubOptions()
    {
    }

    /// <summary>The arguments that are not options.</summary>
    public List<string> Rest { get; } = [];

    public bool Has(string name) => _options.Exists(option => option.Name == name);

    /// <summary>The last value given for an option; null if there is none.</summary>
    public string? this[string name] => _options.FindLast(option => option.Name == name).Value;

    /// <summary>All values given for an option.</summary>
    public IEnumerable<string> All(string name) => _options.Where(option => option.Name == name).Select(option => option.Value ?? "");

    /// <summary>Reads the options; null if one is unknown or lacks its value: GRUB then does not run the command.</summary>
    /// <param name="arguments">The command's arguments.</param>
    /// <param name="known">`name`, `n|name` with a letter, `name=` with a value, `name?` with an optional value: the next argument, unless that is an option.</param>
    public static GrubOptions? Parse(IReadOnlyList<string> arguments, params ReadOnlySpan<string> known) => Parse(arguments, acceptsDash: false, known);

    /// <summary>As <see cref="Parse(IReadOnlyList{string}, ReadOnlySpan{string})"/>, for a command that takes an unknown option as an ordinary argument (GRUB_COMMAND_ACCEPT_DASH).</summary>
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

    /// <summary>Reads options given as letters, which may be joined. The last one's value is the next argument; if the value is mandatory, that may begin with a hyphen.</summary>
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

    /// <summary>Reads an option given by name. Its value stands after `=`, or is the next argument if that does not begin with a hyphen.</summary>
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
