using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Makes a command's arguments of words (grub_script_arglist_to_argv of grub-core/script/execute.c).</summary>
/// <param name="variables">By name; null for one that is not set.</param>
/// <param name="parameters">The positional ones; null outside functions and menu entries.</param>
/// <param name="glob">The files that fit a pattern with wildcards; none if none does.</param>
/// <param name="budget">What it may cost.</param>
internal sealed class GrubExpansion(Func<string, string?> variables, GrubScope? parameters, Func<string, IReadOnlyList<string>> glob, GrubBudget budget)
{
    private static readonly char[] s_blanks = [' ', '\t', '\n', '\r'];

    private readonly List<string> _patterns = [];
    private string? _argument;
    private StringBuilder? _longer;

    /// <summary>Names of variables outside quotes or in them that gave nothing.</summary>
    public List<string> Empty { get; } = [];

    /// <summary>The arguments.</summary>
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

            // Outside quotes, the wildcards of a value are wildcards.
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

    /// <summary>A value outside quotes is cut at blanks; those before and after it do not matter.</summary>
    private static string[] Fields(string value, bool quoted) => quoted ? [value] : value.Split(s_blanks, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What is empty without quotes is no argument: the next word takes its place.</summary>
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
