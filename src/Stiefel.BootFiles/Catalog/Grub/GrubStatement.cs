namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>An executable part of a script.</summary>
internal abstract record GrubStatement;

/// <summary>`NAME ARGUMENTS… { BLOCK }`. The block is kept as text and parsed again when it is run.</summary>
internal sealed record GrubCommand(IReadOnlyList<GrubWord> Words, string? Block) : GrubStatement;

/// <summary>A sequence of statements.</summary>
internal sealed record GrubList(IReadOnlyList<GrubStatement> Statements) : GrubStatement;

/// <summary>`if CONDITION; then …; else …; fi`; an `elif` is an <see cref="GrubIf"/> in the place of the last part.</summary>
internal sealed record GrubIf(GrubList Condition, GrubList Body, GrubStatement? Otherwise) : GrubStatement;

/// <summary>`for NAME in WORDS; do … done`.</summary>
internal sealed record GrubFor(string Name, IReadOnlyList<GrubWord> Words, GrubList Body) : GrubStatement;

/// <summary>`while CONDITION; do … done`, or `until`.</summary>
internal sealed record GrubWhile(GrubList Condition, GrubList Body, bool Until) : GrubStatement;
