namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>The kinds of tokens in a script.</summary>
internal enum GrubTokenKind
{
    /// <summary>The end of the statement, at which the parser stops.</summary>
    End,
    Newline,
    Semicolon,
    Open,
    Close,

    /// <summary>`if`, `then` and so on; an ordinary argument where no keyword is expected.</summary>
    Keyword,

    /// <summary>A word that could be the name of a variable or function.</summary>
    Name,
    Word,

    /// <summary>`||`, `&lt;` and other signs that the grammar does not use.</summary>
    Unknown,
}

/// <summary>One token; <see cref="Word"/> is null unless it can be an argument.</summary>
internal readonly record struct GrubToken(GrubTokenKind Kind, string Text, GrubWord? Word);
