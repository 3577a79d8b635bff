namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>What a script is made of.</summary>
internal enum GrubTokenKind
{
    Word,
    EndOfCommand,
    Open,
    Close,
}

/// <summary>One token and the line it stands on; <see cref="Word"/> only if it is one.</summary>
internal readonly record struct GrubToken(GrubTokenKind Kind, GrubWord? Word, int Line);
