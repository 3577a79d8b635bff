namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Makes statements of tokens by recursive descent.</summary>
internal sealed class GrubParser
{
    // Submenus in ifs in submenus: real files nest 4 deep.
    private const int MaxNesting = 64;

    private readonly List<GrubToken> _tokens;
    private int _at;
    private int _nesting;

    private GrubParser(List<GrubToken> tokens) => _tokens = tokens;

    private int Line => _at < _tokens.Count ? _tokens[_at].Line : _tokens.Count > 0 ? _tokens[^1].Line : 1;

    /// <exception cref="InvalidDataException">No sense can be made of it; the message begins with the line's number.</exception>
    public static IReadOnlyList<GrubStatement> Parse(string text)
    {
        var parser = new GrubParser(GrubLexer.Tokenize(text));
        var statements = parser.ReadList();
        return parser._at == parser._tokens.Count ? statements : throw parser.Unexpected();
    }

    /// <summary>Statements up to a closing brace or one of the words that end a part of a compound statement.</summary>
    private List<GrubStatement> ReadList(params ReadOnlySpan<string> terminators)
    {
        if (++_nesting > MaxNesting)
        {
            throw new InvalidDataException($"{Line}: nested more than {MaxNesting} deep");
        }

        var statements = new List<GrubStatement>();
        while (_at < _tokens.Count)
        {
            var token = _tokens[_at];
            if (token.Kind == GrubTokenKind.EndOfCommand)
            {
                _at++;
            }
            else if (token.Kind == GrubTokenKind.Close || terminators.Contains(token.Word?.Keyword ?? ""))
            {
                break;
            }
            else if (token.Kind == GrubTokenKind.Open)
            {
                statements.AddRange(ReadBlock());
            }
            else
            {
                statements.Add(ReadStatement(token.Word!.Keyword));
            }
        }

        _nesting--;
        return statements;
    }

    private GrubStatement ReadStatement(string keyword) => keyword switch
    {
        "if" => ReadIf(),
        "for" => ReadFor(),
        "while" or "until" => ReadWhile(keyword == "until"),
        "function" => ReadFunction(),
        "then" or "else" or "elif" or "fi" or "do" or "done" => throw Unexpected(),
        _ => ReadCommand(),
    };

    private GrubCommand ReadCommand()
    {
        var words = new List<GrubWord>();
        IReadOnlyList<GrubStatement>? block = null;
        for (; _at < _tokens.Count && _tokens[_at].Kind is GrubTokenKind.Word or GrubTokenKind.Open;)
        {
            if (_tokens[_at].Kind == GrubTokenKind.Open)
            {
                block = ReadBlock();
            }
            else
            {
                words.Add(_tokens[_at++].Word!);
            }
        }

        return new GrubCommand(words, block);
    }

    private GrubIf ReadIf()
    {
        var branches = new List<GrubBranch>();
        do
        {
            _at++;
            var condition = ReadList("then");
            Expect("then");
            branches.Add(new GrubBranch(condition, ReadList("elif", "else", "fi")));
        }
        while (IsAt("elif"));

        List<GrubStatement> otherwise = [];
        if (IsAt("else"))
        {
            _at++;
            otherwise = ReadList("fi");
        }

        Expect("fi");
        return new GrubIf(branches, otherwise);
    }

    private GrubFor ReadFor()
    {
        _at++;
        var name = ReadName();
        Expect("in");
        var words = new List<GrubWord>();
        while (_at < _tokens.Count && _tokens[_at].Kind == GrubTokenKind.Word)
        {
            words.Add(_tokens[_at++].Word!);
        }

        return new GrubFor(name, words, ReadDo());
    }

    private GrubWhile ReadWhile(bool until)
    {
        _at++;
        var condition = ReadList("do");
        return new GrubWhile(new GrubBranch(condition, ReadDo()), until);
    }

    private GrubFunction ReadFunction()
    {
        _at++;
        var name = ReadName();
        SkipEnds();
        return new GrubFunction(name, ReadBlock());
    }

    private List<GrubStatement> ReadDo()
    {
        SkipEnds();
        Expect("do");
        var body = ReadList("done");
        Expect("done");
        return body;
    }

    private List<GrubStatement> ReadBlock()
    {
        if (_at >= _tokens.Count || _tokens[_at].Kind != GrubTokenKind.Open)
        {
            throw Unexpected();
        }

        var line = Line;
        _at++;
        var statements = ReadList();
        return _at < _tokens.Count && _tokens[_at++].Kind == GrubTokenKind.Close
            ? statements
            : throw new InvalidDataException($"{line}: the brace opened here is never closed");
    }

    private string ReadName()
        => _at < _tokens.Count && _tokens[_at].Word?.Keyword is { Length: > 0 } name && _at++ >= 0 ? name : throw Unexpected();

    private bool IsAt(string keyword) => _at < _tokens.Count && _tokens[_at].Word?.Keyword == keyword;

    private void Expect(string keyword)
    {
        if (!IsAt(keyword))
        {
            throw new InvalidDataException($"{Line}: expected {keyword}");
        }

        _at++;
    }

    private void SkipEnds()
    {
        while (_at < _tokens.Count && _tokens[_at].Kind == GrubTokenKind.EndOfCommand)
        {
            _at++;
        }
    }

    private InvalidDataException Unexpected()
    {
        var what = _at >= _tokens.Count ? "the end" : _tokens[_at].Word?.Keyword is { Length: > 0 } word ? BootEntry.OneLine(word) : _tokens[_at].Kind.ToString();
        return new InvalidDataException($"{Line}: unexpected {what}");
    }
}
