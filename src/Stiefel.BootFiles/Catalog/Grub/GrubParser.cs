namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Makes statements of the next line of a script, and of as many after it as belong to them (grub-core/script/parser.y).</summary>
internal sealed class GrubParser
{
    // Submenus in ifs in submenus: real files nest 4 deep.
    private const int MaxNesting = 64;

    private readonly GrubLexer _lexer;
    private readonly Action<string, GrubList> _define;
    private GrubToken? _peeked;

    private GrubParser(GrubLexer lexer, Action<string, GrubList> define)
    {
        _lexer = lexer;
        _define = define;
    }

    /// <summary>The statements of one line or more; null at the end.</summary>
    /// <param name="lines">The script.</param>
    /// <param name="define">Told of each function at once, even if what follows it makes no sense.</param>
    /// <exception cref="GrubSyntaxException">What was read makes none, and is lost; the next call goes on with the line after it.</exception>
    /// <exception cref="InvalidDataException">It nests too deep.</exception>
    public static GrubList? ReadNext(GrubLines lines, Action<string, GrubList> define)
    {
        if (lines.Next() is not { } line)
        {
            return null;
        }

        var lexer = new GrubLexer(lines);
        lexer.Start(line);
        return new GrubParser(lexer, define).ReadScript();
    }

    private GrubTokenKind Kind => Peek().Kind;

    private GrubList ReadScript()
    {
        var statements = new List<GrubStatement>();
        SkipNewlines();
        while (Kind != GrubTokenKind.End)
        {
            if (IsAt("function"))
            {
                ReadFunction();
            }
            else
            {
                statements.Add(ReadStatement());
            }

            SkipDelimiter();
        }

        return new GrubList(statements);
    }

    /// <summary>One statement or more, up to a word or brace that ends them.</summary>
    /// <param name="delimited">True if a newline or semicolon must stand before that.</param>
    private GrubList ReadList(bool delimited)
    {
        var statements = new List<GrubStatement>();
        SkipNewlines();
        while (true)
        {
            statements.Add(ReadStatement());
            if (Kind is not (GrubTokenKind.Newline or GrubTokenKind.Semicolon))
            {
                return delimited ? throw Unexpected() : new GrubList(statements);
            }

            SkipDelimiter();
            if (Kind is not (GrubTokenKind.Name or GrubTokenKind.Word) && !StartsStatement(Peek().Text))
            {
                return new GrubList(statements);
            }
        }
    }

    private static bool StartsStatement(string keyword) => keyword is "if" or "for" or "while" or "until";

    private GrubStatement ReadStatement() => Peek() switch
    {
        { Kind: GrubTokenKind.Keyword, Text: "if" } => ReadNested(ReadIf, "fi"),
        { Kind: GrubTokenKind.Keyword, Text: "for" } => ReadNested(ReadFor, "done"),
        { Kind: GrubTokenKind.Keyword, Text: "while" or "until" } loop => ReadNested(() => ReadWhile(loop.Text == "until"), "done"),
        { Kind: GrubTokenKind.Name or GrubTokenKind.Word } => ReadCommand(),
        _ => throw Unexpected(),
    };

    /// <summary>A statement that goes on over lines until a word ends it.</summary>
    private GrubStatement ReadNested(Func<GrubStatement> read, string end)
    {
        Take();
        Enter();
        var statement = read();
        Expect(end);
        _lexer.Open--;
        return statement;
    }

    private void Enter()
    {
        if (++_lexer.Open > MaxNesting)
        {
            throw new InvalidDataException($" nested more than {MaxNesting} deep");
        }
    }

    private GrubCommand ReadCommand()
    {
        var words = new List<GrubWord>();
        while (Peek().Word is { } word)
        {
            words.Add(word);
            Take();
        }

        return new GrubCommand(words, Kind == GrubTokenKind.Open ? ReadBlock() : null);
    }

    /// <summary>A block is checked now and kept as text.</summary>
    private string ReadBlock()
    {
        Take();
        Enter();
        var start = _lexer.StartRecord();
        ReadList(delimited: false);
        if (Kind != GrubTokenKind.Close)
        {
            throw Unexpected();
        }

        Take();
        _lexer.Open--;
        var text = _lexer.StopRecord(start);
        return text[..text.LastIndexOf('}')];
    }

    private GrubIf ReadIf()
    {
        var condition = ReadList(delimited: true);
        Expect("then");
        var body = ReadList(delimited: true);
        GrubStatement? otherwise = null;
        if (IsAt("elif"))
        {
            // A chain of them is no nesting for the reader's stack if it is bounded like one.
            Take();
            Enter();
            otherwise = ReadIf();
            _lexer.Open--;
        }
        else if (IsAt("else"))
        {
            Take();
            otherwise = ReadList(delimited: true);
        }

        return new GrubIf(condition, body, otherwise);
    }

    private GrubFor ReadFor()
    {
        var name = Kind == GrubTokenKind.Name ? Take().Text : throw Unexpected();
        Expect("in");
        var words = new List<GrubWord>();
        while (Peek().Word is { } word)
        {
            words.Add(word);
            Take();
        }

        SkipDelimiter();
        return new GrubFor(name, words, ReadDo());
    }

    private GrubWhile ReadWhile(bool until) => new(ReadList(delimited: true), ReadDo(), until);

    private GrubList ReadDo()
    {
        Expect("do");
        return ReadList(delimited: true);
    }

    private void ReadFunction()
    {
        Take();
        var name = Kind == GrubTokenKind.Name ? Take().Text : throw Unexpected();
        Enter();
        if (Kind is GrubTokenKind.Newline or GrubTokenKind.Semicolon)
        {
            SkipDelimiter();
        }

        if (Kind != GrubTokenKind.Open)
        {
            throw Unexpected();
        }

        Take();
        var body = ReadList(delimited: true);
        if (Kind != GrubTokenKind.Close)
        {
            throw Unexpected();
        }

        Take();
        _lexer.Open--;
        _define(name, body);
    }

    private GrubToken Peek() => _peeked ??= _lexer.Next();

    private GrubToken Take()
    {
        var token = Peek();
        _peeked = null;
        return token;
    }

    private bool IsAt(string keyword) => Peek() is { Kind: GrubTokenKind.Keyword } token && token.Text == keyword;

    private void Expect(string keyword)
    {
        if (!IsAt(keyword))
        {
            throw Unexpected();
        }

        _peeked = null;
    }

    /// <summary>One semicolon or newline, and the newlines after it.</summary>
    private void SkipDelimiter()
    {
        if (Kind is not (GrubTokenKind.Newline or GrubTokenKind.Semicolon))
        {
            throw Unexpected();
        }

        Take();
        SkipNewlines();
    }

    private void SkipNewlines()
    {
        while (Kind == GrubTokenKind.Newline)
        {
            Take();
        }
    }

    private GrubSyntaxException Unexpected()
        => new(Kind is GrubTokenKind.Newline or GrubTokenKind.End ? "unexpected end of line" : $"unexpected {BootEntry.OneLine(Peek().Text)}");
}
