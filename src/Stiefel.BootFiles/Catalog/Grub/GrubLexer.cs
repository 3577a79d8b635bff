using System.Text;

namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>
/// Splits GRUB's script language into tokens (grub-core/script/yylex.l). Like GRUB, it reads one line at a time, and further lines only while a
/// statement or quotation is open: this decides how much text a syntax error discards.
/// </summary>
internal sealed class GrubLexer(GrubLines lines)
{
    private static readonly HashSet<string> s_keywords =
        ["case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "in", "select", "then", "until", "while", "function"];

    private readonly StringBuilder _recorded = new();
    private string _buffer = "";
    private string _prefix = "";
    private int _at;
    private int _recording;

    /// <summary>The number of open compound statements and blocks; while it is above 0, further lines belong to them.</summary>
    public int Open { get; set; }

    /// <summary>Begins with a line that has already been read.</summary>
    public void Start(string line) => _buffer = line;

    /// <summary>Begins to record the source text; returns the position at which the record begins.</summary>
    public int StartRecord()
    {
        _recording++;
        return _recorded.Length;
    }

    /// <summary>Ends recording; returns the source text from that position on.</summary>
    public string StopRecord(int from)
    {
        var text = _recorded.ToString(from, _recorded.Length - from);
        if (--_recording == 0)
        {
            _recorded.Clear();
        }

        return text;
    }

    /// <exception cref="GrubSyntaxException">The text is not a token, or ends inside one.</exception>
    public GrubToken Next()
    {
        while (true)
        {
            if (_at >= _buffer.Length && !ReadLine())
            {
                return new GrubToken(GrubTokenKind.End, "", null);
            }

            var c = _buffer[_at];
            if (c is ' ' or '\t')
            {
                Take(1);
            }
            else if (c == '#')
            {
                Take(_buffer.IndexOf('\n', _at) - _at);
            }
            else if (Sign(c) is { } sign)
            {
                return sign;
            }
            else if (ReadWord() is { } word)
            {
                return word;
            }
        }
    }

    /// <summary>Reads the next line; false at the end of the statement.</summary>
    private bool ReadLine()
    {
        if (Open == 0 && _prefix.Length == 0)
        {
            return false;
        }

        _buffer = _prefix + (lines.Next() ?? throw new GrubSyntaxException("unexpected end of file"));
        _prefix = "";
        _at = 0;
        return true;
    }

    private GrubToken? Sign(char c)
    {
        var kind = c switch
        {
            '\n' => GrubTokenKind.Newline,
            ';' => GrubTokenKind.Semicolon,
            '{' => GrubTokenKind.Open,
            '}' => GrubTokenKind.Close,
            '|' or '&' or '<' or '>' => GrubTokenKind.Unknown,
            _ => GrubTokenKind.End,
        };
        if (kind == GrubTokenKind.Semicolon && _buffer[_at + 1] == ';')
        {
            return new GrubToken(GrubTokenKind.Unknown, Take(2), null);
        }

        return kind == GrubTokenKind.End ? null : new GrubToken(kind, Take(1), null);
    }

    /// <summary>Reads a word; null if it continues on the next line.</summary>
    private GrubToken? ReadWord()
    {
        if (GrubWordScan.EndOf(_buffer, _at) is not { } end)
        {
            _prefix = _buffer[_at..];
            _at = _buffer.Length;
            return null;
        }

        if (end == _at)
        {
            throw new GrubSyntaxException($"`{_buffer[_at]}` does not begin a variable");
        }

        var text = Take(end - _at);
        if (text is "[[" or "]]")
        {
            return new GrubToken(GrubTokenKind.Unknown, text, null);
        }

        var kind = s_keywords.Contains(text) ? GrubTokenKind.Keyword : GrubWordScan.IsName(text) ? GrubTokenKind.Name : GrubTokenKind.Word;
        return new GrubToken(kind, text, kind == GrubTokenKind.Word ? new GrubWord(GrubWordParts.Of(text)) : GrubWord.Plain(text));
    }

    private string Take(int length)
    {
        var text = _buffer.Substring(_at, length);
        _at += length;
        if (_recording > 0)
        {
            _recorded.Append(text);
        }

        return text;
    }
}
