namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>A piece of a script that can be executed.</summary>
internal abstract record GrubStatement;

/// <summary>`NAME ARGUMENTS… { BLOCK }`; only menuentry and submenu have a block.</summary>
internal sealed record GrubCommand(IReadOnlyList<GrubWord> Words, IReadOnlyList<GrubStatement>? Block) : GrubStatement;

/// <summary>A condition and what happens if its last command succeeds.</summary>
internal sealed record GrubBranch(IReadOnlyList<GrubStatement> Condition, IReadOnlyList<GrubStatement> Body);

/// <summary>`if … then … elif … then … else … fi`.</summary>
internal sealed record GrubIf(IReadOnlyList<GrubBranch> Branches, IReadOnlyList<GrubStatement> Otherwise) : GrubStatement;

/// <summary>`for NAME in WORDS; do … done`.</summary>
internal sealed record GrubFor(string Name, IReadOnlyList<GrubWord> Words, IReadOnlyList<GrubStatement> Body) : GrubStatement;

/// <summary>`while CONDITION; do … done`, or `until`.</summary>
internal sealed record GrubWhile(GrubBranch Loop, bool Until) : GrubStatement;

/// <summary>`function NAME { … }`.</summary>
internal sealed record GrubFunction(string Name, IReadOnlyList<GrubStatement> Body) : GrubStatement;
