namespace Stiefel.Cli.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum Grade
{
    /// <summary>As it should be.</summary>
    Fine,

    /// <summary>It works, but a person may want to know, or do something about it.</summary>
    Note,

    /// <summary>It would not work, or lose something.</summary>
    Stop,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Id">The same in each version, for programs and for the manual: `kexec-disabled`.</param>
/// <param name="Grade">How bad it is.</param>
/// <param name="Text">What was seen, and what comes of it; one line.</param>
/// <param name="Remedy">What to do; empty if nothing is to be done.</param>
internal sealed record Finding(string Id, Grade Grade, string Text, string Remedy)
{
    /// <summary>As it should be.</summary>
    public static Finding Fine(string id, string text) => new(id, Grade.Fine, text, "");

    /// <summary>Worth knowing.</summary>
    public static Finding Note(string id, string text, string remedy) => new(id, Grade.Note, text, remedy);

    /// <summary>It would not work.</summary>
    public static Finding Stop(string id, string text, string remedy) => new(id, Grade.Stop, text, remedy);
}
