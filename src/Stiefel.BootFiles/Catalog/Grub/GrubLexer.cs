using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Cuts GRUB's script language into words, quotes and variables (GNU GRUB manual, "Writing full configuration files directly").</summary>
internal sealed class GrubLexer
{
    private readonly string _text;
    private readonly List<GrubToken> _tokens = [];
    private readonly StringBuilder _literal = new();
    private List<GrubPart> _parts = [];
    private int _at;
    private int _line = 1;

    private GrubLexer(string text) => _text = text;

    /// <exception cref="InvalidDataException">A quote or `${` is never closed; the message begins with the line's number.</exception>
    public static List<GrubToken> Tokenize(string text)
    {
        var lexer = new GrubLexer(text);
        while (lexer._at < text.Length)
        {
            lexer.ReadNext();
        }

        lexer.EndWord();
        return lexer._tokens;
    }

    private void ReadNext()
    {
        var c = _text[_at];
        switch (c)
        {
            case ' ' or '\t' or '\r':
                EndWord();
                _at++;
                break;
            case '\n' or ';':
                EndWord();
                Add(GrubTokenKind.EndOfCommand);
                Advance();
                break;
            case '{' or '}':
                EndWord();
                Add(c == '{' ? GrubTokenKind.Open : GrubTokenKind.Close);
                _at++;
                break;
            case '#' when _literal.Length == 0 && _parts.Count == 0:
                var end = _text.IndexOf('\n', _at);
                _at = end < 0 ? _text.Length : end;
                break;
            case '\'':
                ReadSingleQuoted();
                break;
            case '"':
                ReadDoubleQuoted();
                break;
            case '\\':
                ReadEscape();
                break;
            case '$' when TryReadVariable(quoted: false):
                break;
            default:
                _literal.Append(c);
                _at++;
                break;
        }
    }

    private void ReadSingleQuoted()
    {
        FlushLiteral(quoted: false);
        var end = _text.IndexOf('\'', _at + 1);
        if (end < 0)
        {
            throw Unclosed("'");
        }

        var text = _text[(_at + 1)..end];
        _parts.Add(new GrubPart(text, IsVariable: false, IsQuoted: true));
        _line += text.Count(c => c == '\n');
        _at = end + 1;
    }

    private void ReadDoubleQuoted()
    {
        FlushLiteral(quoted: false);
        var line = _line;
        for (_at++; _at < _text.Length && _text[_at] != '"';)
        {
            if (_text[_at] == '$' && TryReadVariable(quoted: true))
            {
                continue;
            }

            var escape = _text[_at] == '\\' && _at + 1 < _text.Length && _text[_at + 1] is '$' or '"' or '\\' or '\n';
            _at += escape ? 1 : 0;
            if (!(escape && _text[_at] == '\n'))
            {
                _literal.Append(_text[_at]);
            }

            Advance();
        }

        if (_at >= _text.Length)
        {
            _line = line;
            throw Unclosed("\"");
        }

        // Even an empty pair of quotes makes a word.
        FlushLiteral(quoted: true, evenEmpty: true);
        _at++;
    }

    /// <summary>A backslash keeps the next character, or joins lines.</summary>
    private void ReadEscape()
    {
        _at++;
        if (_at < _text.Length)
        {
            if (_text[_at] != '\n')
            {
                FlushLiteral(quoted: false);
                _parts.Add(new GrubPart(_text[_at].ToString(), IsVariable: false, IsQuoted: true));
            }

            Advance();
        }
    }

    /// <summary>`${name}`, `$name`, `$1`, `$?`, `$#`, `$@`, `$*`; false if the dollar sign stands for itself.</summary>
    private bool TryReadVariable(bool quoted)
    {
        var start = _at + 1;
        var braces = start < _text.Length && _text[start] == '{';
        start += braces ? 1 : 0;
        var end = start;
        if (end < _text.Length && _text[end] is '?' or '#' or '@' or '*')
        {
            end++;
        }
        else
        {
            var positional = end < _text.Length && char.IsAsciiDigit(_text[end]);
            while (end < _text.Length && (positional ? char.IsAsciiDigit(_text[end]) : char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '_'))
            {
                end++;
            }
        }

        if (braces && (end >= _text.Length || _text[end] != '}'))
        {
            throw Unclosed("${");
        }

        if (end == start)
        {
            return false;
        }

        FlushLiteral(quoted);
        _parts.Add(new GrubPart(_text[start..end], IsVariable: true, quoted));
        _at = braces ? end + 1 : end;
        return true;
    }

    private void FlushLiteral(bool quoted, bool evenEmpty = false)
    {
        if (_literal.Length > 0 || evenEmpty)
        {
            _parts.Add(new GrubPart(_literal.ToString(), IsVariable: false, quoted));
            _literal.Clear();
        }
    }

    private void EndWord()
    {
        FlushLiteral(quoted: false);
        if (_parts.Count > 0)
        {
            _tokens.Add(new GrubToken(GrubTokenKind.Word, new GrubWord(_parts), _line));
            _parts = [];
        }
    }

    private void Add(GrubTokenKind kind) => _tokens.Add(new GrubToken(kind, null, _line));

    private void Advance()
    {
        _line += _text[_at] == '\n' ? 1 : 0;
        _at++;
    }

    private InvalidDataException Unclosed(string what) => new($"{_line}: {what} is never closed");
}
