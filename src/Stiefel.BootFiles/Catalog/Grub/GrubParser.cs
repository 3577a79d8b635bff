namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>Parses the next line of a script into statements, and as many further lines as belong to them (grub-core/script/parser.y).</summary>
internal sealed class GrubParser
{
    // Real files nest up to 4 deep: submenus in ifs in submenus.
    private const int MaxNesting = 64;

    private readonly GrubLexer _lexer;
    private readonly Action<string, GrubList> _define;
    private GrubToken? _peeked;

    private GrubParser(GrubLexer lexer, Action<string, GrubList> define)
    {
        _lexer = lexer;
        _define = define;
    }

    /// <summary>Parses the statements of one line or more; null at the end of the script.</summary>
    /// <param name="lines">The script.</param>
    /// <param name="define">Called for each function at once, even if a syntax error follows it.</param>
    /// <exception cref="GrubSyntaxException">The lines are not a statement and are discarded; the next call continues with the line after them.</exception>
    /// <exception cref="InvalidDataException">Statements nest too deep.</exception>
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

    /// <summary>Reads one statement or more, up to the word or brace that ends them.</summary>
    /// <param name="delimited">True if a newline or semicolon must stand before that word or brace.</param>
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

    /// <summary>Reads a compound statement, which goes on over lines until its closing word.</summary>
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
            throw new InvalidDataException($"statements nest more than {MaxNesting} deep");
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

    /// <summary>Checks the syntax of a block now, but keeps it as text, to be parsed again when it is run.</summary>
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
            // Parsing `elif` recurses, so a long chain must count as nesting to protect the stack.
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

    /// <summary>Skips one semicolon or newline, and the newlines after it.</summary>
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
