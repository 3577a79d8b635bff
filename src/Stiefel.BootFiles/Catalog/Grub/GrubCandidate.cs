namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>A menu entry, and the result of running its body.</summary>
/// <param name="Title">The name that people see.</param>
/// <param name="Id">The ids from the outermost submenu to the entry, with `>` between them.</param>
/// <param name="Boot">What the entry would start; null if nothing that can be started here.</param>
/// <param name="Reason">Why <paramref name="Boot"/> is null.</param>
internal sealed record GrubCandidate(string Title, string Id, GrubBoot? Boot, string Reason)
{
    /// <summary>False if the entry named by `default` does not exist and this one was taken instead.</summary>
    public bool Exists { get; init; } = true;

    /// <summary>Syntax errors and other problems in the entry's body.</summary>
    public IReadOnlyList<GrubProblem> Problems { get; init; } = [];

    /// <summary>What a person may want to know about the choice.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
