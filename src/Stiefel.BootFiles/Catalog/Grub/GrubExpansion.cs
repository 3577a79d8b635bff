using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Makes a command's arguments of words (grub_script_arglist_to_argv of grub-core/script/execute.c).</summary>
/// <param name="variables">By name; null for one that is not set.</param>
/// <param name="parameters">The positional ones; null outside functions and menu entries.</param>
/// <param name="glob">The files that fit a pattern with wildcards; none if none does.</param>
/// <param name="budget">What it may cost.</param>
internal sealed class GrubExpansion(Func<string, string?> variables, GrubScope? parameters, Func<string, IReadOnlyList<string>> glob, GrubBudget budget)
{
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
            default:
                AppendValues(Values(part.Text, part.Kind == GrubPartKind.QuotedVariable), part);
                break;
        }
    }

    private void AppendValues(List<string> values, GrubPart part)
    {
        if (values.All(value => value.Length == 0))
        {
            Empty.Add(part.Text);
        }

        for (var at = 0; at < values.Count; at++)
        {
            if (at > 0)
            {
                NextArgument();
            }

            // Outside quotes, the wildcards of a value are wildcards.
            Append(part.Kind == GrubPartKind.QuotedVariable ? GrubGlob.Escape(values[at]) : GrubGlob.EscapeBackslashes(values[at]));
        }
    }

    private List<string> Values(string name, bool quoted)
    {
        if (parameters is null || !(char.IsAsciiDigit(name[0]) || name is "#" or "*" or "@"))
        {
            return variables(name) is { Length: > 0 } value ? Fields(value, quoted) : [];
        }

        var arguments = parameters.Arguments;
        return name switch
        {
            "#" => [$"{arguments.Count}"],
            "*" when quoted => arguments.Count == 0 ? [] : [string.Join(' ', arguments)],
            "*" or "@" => [.. arguments.SelectMany(argument => Fields(argument, quoted))],
            _ => int.TryParse(name, out var number) && number > 0 && number <= arguments.Count ? Fields(arguments[number - 1], quoted) : [],
        };
    }

    /// <summary>A value outside quotes is cut at blanks; one that begins with blanks begins with an empty field (grub_script_argv_split_append).</summary>
    private static List<string> Fields(string value, bool quoted)
    {
        if (quoted)
        {
            return [value];
        }

        var fields = new List<string>();
        for (var at = 0; at < value.Length;)
        {
            var start = at;
            while (at < value.Length && !IsBlank(value[at]))
            {
                at++;
            }

            fields.Add(value[start..at]);
            while (at < value.Length && IsBlank(value[at]))
            {
                at++;
            }
        }

        return fields;
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\n' or '\r';

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
