using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Expands a command's words to its arguments (grub_script_arglist_to_argv of grub-core/script/execute.c).</summary>
/// <param name="variables">By name; null for one that is not set.</param>
/// <param name="parameters">The positional parameters; null outside functions and menu entries.</param>
/// <param name="glob">Returns the files that match a pattern with wildcards.</param>
/// <param name="budget">Limits what the expansion may cost.</param>
internal sealed class GrubExpansion(Func<string, string?> variables, GrubScope? parameters, Func<string, IReadOnlyList<string>> glob, GrubBudget budget)
{
    private static readonly char[] s_blanks = [' ', '\t', '\n', '\r'];

    private readonly List<string> _patterns = [];
    private string? _argument;
    private StringBuilder? _longer;

    /// <summary>Names of variables, quoted or not, that were unset or empty.</summary>
    public List<string> Empty { get; } = [];

    /// <summary>Returns the arguments.</summary>
    public List<string> Expand(IReadOnlyList<GrubWord> words)
    {
        foreach (var word in words)
        {
            NextArgument();
            foreach (var part in word.Parts)
            {
                Append(part);
            }
        }

        NextArgument();
        var expanded = new List<string>(_patterns.Count);
        foreach (var pattern in _patterns)
        {
            if (GrubGlob.IsPattern(pattern) && glob(pattern) is { Count: > 0 } found)
            {
                expanded.AddRange(found);
            }
            else
            {
                expanded.Add(GrubGlob.Unescape(pattern));
            }
        }

        return expanded;
    }

    private void Append(GrubPart part)
    {
        switch (part.Kind)
        {
            case GrubPartKind.Text:
                Append(part.Text);
                break;
            case GrubPartKind.Quoted:
                Append(GrubGlob.Escape(part.Text));
                break;
            case GrubPartKind.TranslatedVariable when part.Text is not ("#" or "?"):
                Append(GrubGlob.Escape(variables(part.Text) ?? ""));
                break;
            default:
                AppendValues(Values(part.Text, part.Kind != GrubPartKind.Variable), part);
                break;
        }
    }

    private void AppendValues(string[] values, GrubPart part)
    {
        if (values.All(value => value.Length == 0))
        {
            Empty.Add(part.Text);
        }

        for (var at = 0; at < values.Length; at++)
        {
            if (at > 0)
            {
                NextArgument();
            }

            // Wildcards in an unquoted value are active.
            Append(part.Kind != GrubPartKind.Variable ? GrubGlob.Escape(values[at]) : GrubGlob.EscapeBackslashes(values[at]));
        }
    }

    private string[] Values(string name, bool quoted)
    {
        if (!char.IsAsciiDigit(name[0]) && name is not ("#" or "*" or "@"))
        {
            return variables(name) is { Length: > 0 } value ? Fields(value, quoted) : [];
        }

        if (parameters?.Arguments is not { } arguments)
        {
            return [];
        }

        return name switch
        {
            "#" => [$"{arguments.Count}"],
            "*" when quoted => arguments.Count == 0 ? [] : [string.Join(' ', arguments)],
            "*" or "@" => [.. arguments.SelectMany(argument => Fields(argument, quoted))],
            _ => int.TryParse(name, out var number) && number > 0 && number <= arguments.Count ? Fields(arguments[number - 1], quoted) : [],
        };
    }

    /// <summary>Splits an unquoted value at blanks; leading and trailing blanks are dropped.</summary>
    private static string[] Fields(string value, bool quoted) => quoted ? [value] : value.Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Ends the current argument. A word that expands to nothing and has no quotes makes no argument.</summary>
    private void NextArgument()
    {
        budget.SpendCharacters(1);
        if (_argument is not null)
        {
            _patterns.Add(_longer is { Length: > 0 } ? _longer.ToString() : _argument);
            _longer?.Clear();
            _argument = null;
        }
    }

    private void Append(string text)
    {
        budget.SpendCharacters(text.Length);
        if (_argument is null)
        {
            _argument = text;
            return;
        }

        _longer ??= new StringBuilder();
        if (_longer.Length == 0)
        {
            _longer.Append(_argument);
        }

        _longer.Append(text);
    }
}
