using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Splits a word into text, quotations and variables (the states SPLIT, DQUOTE, SQUOTE and VAR of grub-core/script/yylex.l).</summary>
internal sealed class GrubWordParts
{
    private readonly string _word;
    private readonly List<GrubPart> _parts = [];
    private readonly StringBuilder _text = new();
    private int _at;

    private GrubWordParts(string word) => _word = word;

    /// <exception cref="GrubSyntaxException">A `$` in double quotes does not begin a variable.</exception>
    public static IReadOnlyList<GrubPart> Of(string word)
    {
        var parts = new GrubWordParts(word);
        while (parts._at < word.Length)
        {
            parts.ReadNext();
        }

        parts.EndText(GrubPartKind.Text);
        return parts._parts;
    }

    private void ReadNext()
    {
        switch (_word[_at])
        {
            case '\'':
                EndText(GrubPartKind.Text);
                var end = _word.IndexOf('\'', _at + 1);
                _parts.Add(new GrubPart(GrubPartKind.Quoted, _word[(_at + 1)..end]));
                _at = end + 1;
                break;
            case '"':
                EndText(GrubPartKind.Text);
                _at++;
                ReadDoubleQuoted(() => ReadVariable(GrubPartKind.QuotedVariable));
                break;
            case '$' when _word[_at + 1] == '"':
                // GRUB also treats the text right before `$"` as quoted.
                Unescape();
                EndText(_text.Length > 0 ? GrubPartKind.Quoted : GrubPartKind.Text);
                _at += 2;
                var text = new GrubWordParts(TakeJoinedText());
                text.ReadDoubleQuoted(text.ReadTranslated);
                _parts.AddRange(text._parts);
                break;
            case '$':
                EndText(GrubPartKind.Text);
                ReadVariable(GrubPartKind.Variable);
                break;
            case '\\' when _word[_at + 1] == '\n':
                _at += 2;
                break;
            case '\\':
                _text.Append(_word, _at, 2);
                _at += 2;
                break;
            default:
                _text.Append(_word[_at++]);
                break;
        }
    }

    private void ReadDoubleQuoted(Action readVariable)
    {
        for (; _word[_at] != '"';)
        {
            if (_word[_at] == '$')
            {
                EndText(GrubPartKind.Quoted);
                readVariable();
                continue;
            }

            var escape = _word[_at] == '\\' && _word[_at + 1] is '$' or '\\' or '"' or '\n';
            _at += escape ? 1 : 0;
            if (!escape || _word[_at] != '\n')
            {
                _text.Append(_word[_at]);
            }

            _at++;
        }

        EndText(GrubPartKind.Quoted);
        _at++;
    }

    /// <summary>
    /// Takes a text to be translated, with its closing quote. Its lines are joined before variables are looked for in it: a name may go on after a
    /// backslash at a line's end.
    /// </summary>
    private string TakeJoinedText()
    {
        var joined = new StringBuilder();
        while (_word[_at] != '"')
        {
            var length = _word[_at] == '\\' ? 2 : 1;
            if (length == 1 || _word[_at + 1] != '\n')
            {
                joined.Append(_word, _at, length);
            }

            _at += length;
        }

        _at++;
        return joined.Append('"').ToString();
    }

    private void Unescape()
    {
        var text = _text.ToString();
        _text.Clear();
        for (var at = 0; at < text.Length; at++)
        {
            at += text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '$' or '\\' ? 1 : 0;
            _text.Append(text[at]);
        }
    }

    private void ReadVariable(GrubPartKind kind)
    {
        (var name, _at) = GrubWordScan.VariableAt(_word, _at + 1) ?? throw new GrubSyntaxException("a `$` in quotes does not begin a variable");
        _parts.Add(new GrubPart(kind, name));
    }

    /// <summary>
    /// `$"…"` is a text that GRUB translates, with other rules for variables (gettext_append of execute.c): positional parameters are not
    /// expanded, `$@` and `$*` stay as they are, and braces may hold any text.
    /// </summary>
    private void ReadTranslated()
    {
        if (_word[_at + 1] == '{')
        {
            var end = _at + 2;
            while (_word[end] is not ('}' or '"'))
            {
                end += _word[end] == '\\' && _word[end + 1] is '"' or '\\' ? 2 : 1;
            }

            _at = _word[end] == '}' ? AddTranslated(_word[(_at + 2)..end], end + 1) : end;
        }
        else if (GrubWordScan.VariableAt(_word, _at + 1) is { } variable && variable.Name is not ("@" or "*"))
        {
            _at = AddTranslated(variable.Name, variable.End);
        }
        else
        {
            _text.Append(_word[_at++]);
        }
    }

    // The name may be empty, or that of a positional parameter: `set =x` and `set @=x` give such variables a value.
    private int AddTranslated(string name, int end)
    {
        _parts.Add(new GrubPart(GrubPartKind.TranslatedVariable, name));
        return end;
    }

    private void EndText(GrubPartKind kind)
    {
        if (_text.Length > 0 || kind == GrubPartKind.Quoted)
        {
            _parts.Add(new GrubPart(kind, _text.ToString()));
            _text.Clear();
        }
    }
}
