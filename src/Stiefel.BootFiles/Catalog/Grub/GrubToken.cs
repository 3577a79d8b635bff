namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>What a script is made of.</summary>
internal enum GrubTokenKind
{
    /// <summary>What the parser stops at.</summary>
    End,
    Newline,
    Semicolon,
    Open,
    Close,

    /// <summary>`if`, `then`, …; an argument like any other where no such word may stand.</summary>
    Keyword,

    /// <summary>A word that could be the name of a variable or function.</summary>
    Name,
    Word,

    /// <summary>`||`, `&lt;` and other signs that no rule of the language knows.</summary>
    Unknown,
}

/// <summary>One token; <see cref="Word"/> only if it is an argument.</summary>
internal readonly record struct GrubToken(GrubTokenKind Kind, string Text, GrubWord? Word);
