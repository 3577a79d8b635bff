namespace Stiefel.Cli.Doctor;

/// <summary>The severity of a finding.</summary>
internal enum Grade
{
    /// <summary>Everything is as it should be.</summary>
    Fine,

    /// <summary>It works, but the user should know, or may want to do something.</summary>
    Note,

    /// <summary>Serving would not work, or would lose something.</summary>
    Stop,
}

/// <summary>The result of one check.</summary>
/// <param name="Id">A name that stays the same in all versions, for programs and the manual, for example `kexec-disabled`.</param>
/// <param name="Grade">The severity.</param>
/// <param name="Text">One line with what was found and its consequence.</param>
/// <param name="Remedy">What to do; empty for nothing.</param>
internal sealed record Finding(string Id, Grade Grade, string Text, string Remedy)
{
    /// <summary>A finding of <see cref="Grade.Fine"/>.</summary>
    public static Finding Fine(string id, string text) => new(id, Grade.Fine, text, "");

    /// <summary>A finding of <see cref="Grade.Note"/>.</summary>
    public static Finding Note(string id, string text, string remedy) => new(id, Grade.Note, text, remedy);

    /// <summary>A finding of <see cref="Grade.Stop"/>.</summary>
    public static Finding Stop(string id, string text, string remedy) => new(id, Grade.Stop, text, remedy);
}
