namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>A piece of a word: literal text, or the name of a variable.</summary>
internal readonly record struct GrubPart(string Text, bool IsVariable, bool IsQuoted);

/// <summary>A word of a script before expansion.</summary>
internal sealed record GrubWord(IReadOnlyList<GrubPart> Parts)
{
    /// <summary>The word if it is one unquoted literal, as keywords must be; else empty.</summary>
    public string Keyword => Parts is [{ IsVariable: false, IsQuoted: false } part] ? part.Text : "";
}
