namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>How a piece of a word is expanded.</summary>
internal enum GrubPartKind
{
    /// <summary>Text outside quotes; a backslash in it keeps the next character from being a wildcard.</summary>
    Text,

    /// <summary>Text in quotes, which makes a word even if it is empty.</summary>
    Quoted,

    /// <summary>A variable outside quotes, whose value is cut at blanks.</summary>
    Variable,

    /// <summary>A variable in quotes.</summary>
    QuotedVariable,

    /// <summary>A variable in a text to be translated, where positional parameters are variables like others.</summary>
    TranslatedVariable,
}

/// <summary>A piece of a word: text, or the name of a variable.</summary>
internal readonly record struct GrubPart(GrubPartKind Kind, string Text);

/// <summary>A word of a script before expansion.</summary>
internal sealed record GrubWord(IReadOnlyList<GrubPart> Parts)
{
    /// <summary>A word that holds no quotes and no variables.</summary>
    public static GrubWord Plain(string text) => new([new GrubPart(GrubPartKind.Text, text)]);
}
