namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>How a part of a word is expanded.</summary>
internal enum GrubPartKind
{
    /// <summary>Unquoted text; a backslash in it escapes a wildcard.</summary>
    Text,

    /// <summary>Text in quotes, which makes a word even if it is empty.</summary>
    Quoted,

    /// <summary>An unquoted variable, whose value is split at blanks.</summary>
    Variable,

    /// <summary>A variable in double quotes.</summary>
    QuotedVariable,

    /// <summary>A variable in a text to be translated (`$"…"`), in which positional parameters are treated like other variables.</summary>
    TranslatedVariable,
}

/// <summary>A part of a word: text, or the name of a variable.</summary>
internal readonly record struct GrubPart(GrubPartKind Kind, string Text);

/// <summary>A word of a script before expansion.</summary>
internal sealed record GrubWord(IReadOnlyList<GrubPart> Parts)
{
    /// <summary>A word without quotes and variables.</summary>
    public static GrubWord Plain(string text) => new([new GrubPart(GrubPartKind.Text, text)]);
}
