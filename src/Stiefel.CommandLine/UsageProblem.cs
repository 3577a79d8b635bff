using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Stiefel.CommandLine;

/// <summary>
/// Explains what is wrong with a command line, in one line that says what to do. The parser itself reports every consequence of one wrong word, in
/// terms of its own types.
/// </summary>
public static class UsageProblem
{
    /// <summary>Returns the problem that explains all others, or null if there is none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="program">The program's name, the first word of the command line.</param>
    public static string? Of(ParseResult parsed, string program)
    {
        var path = CommandPath(parsed, program);
        var what = MistypedOption(parsed) is { } option ? $"`{path}` has no option '{option}'"
            : parsed.UnmatchedTokens is [var word, ..] ? Unknown(parsed, path, word)
            : parsed.Errors is [var first, ..] ? Explain(parsed, path, first)
            : null;
        return what is null ? null : $"{what}; see `{path} --help`";
    }

    // The parser takes an unknown option for an argument as long as one is missing, but none of our arguments begins like an option.
    private static string? MistypedOption(ParseResult parsed) => parsed.CommandResult.Children.OfType<ArgumentResult>()
        .SelectMany(argument => argument.Tokens).FirstOrDefault(token => LooksLikeOption(token.Value))?.Value;

    private static string Unknown(ParseResult parsed, string path, string word)
    {
        var command = parsed.CommandResult.Command;
        return LooksLikeOption(word) ? $"`{path}` has no option '{word}'"
            : command.Subcommands.Count > 0 ? $"`{path}` has no command '{word}': expected {Words(command)}"
            : $"unexpected argument '{word}' for `{path}`";
    }

    private static string Explain(ParseResult parsed, string path, ParseError error)
    {
        if (parsed.CommandResult.Command.Subcommands.Count > 0)
        {
            return $"`{path}` needs a command: {Words(parsed.CommandResult.Command)}";
        }

        var option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        if (option is { Tokens: [var only] } && Expected(option.Option.ValueType, only.Value) is { } expected)
        {
            return $"{option.Option.Name} {only.Value}: expected {expected}";
        }

        // Our own parsers write one line without a full stop; the library's messages end with one, and may continue in further lines.
        return error.Message.Split('\n')[0].TrimEnd('.');
    }

    /// <summary>Describes the valid values of a type; null if this value is valid or the type is not known here.</summary>
    private static string? Expected(Type type, string value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(int))
        {
            return int.TryParse(value, CultureInfo.InvariantCulture, out _) ? null : "a whole number";
        }

        return type.IsEnum && !Enum.TryParse(type, value, ignoreCase: true, out _)
            ? $"one of {string.Join(", ", Enum.GetNames(type).Select(name => name.ToLowerInvariant()))}"
            : null;
    }

    private static string Words(Command command) => string.Join(", ", command.Subcommands.Where(one => !one.Hidden).Select(one => one.Name));

    private static bool LooksLikeOption(string word) => word.Length > 1 && word[0] == '-';

    private static string CommandPath(ParseResult parsed, string program)
    {
        var names = new List<string>();
        for (var command = parsed.CommandResult; command is not null; command = command.Parent as CommandResult)
        {
            names.Insert(0, command.Parent is null ? program : command.Command.Name);
        }

        return string.Join(' ', names);
    }
}
