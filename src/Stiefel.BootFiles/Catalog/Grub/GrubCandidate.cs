namespace Stiefel.BootFiles.Catalog.Grub;

/// <summary>An entry of a menu, and what its body led to.</summary>
/// <param name="Title">What people see.</param>
/// <param name="Id">The ids from the outermost submenu to the entry, with `>` between them.</param>
/// <param name="Boot">What it would start; null if nothing that is known here.</param>
/// <param name="Reason">Why it starts nothing then.</param>
internal sealed record GrubCandidate(string Title, string Id, GrubBoot? Boot, string Reason)
{
    /// <summary>False if it is only taken because the entry that `default` names is not there.</summary>
    public bool Exists { get; init; } = true;

    /// <summary>Syntax errors and the like in its body.</summary>
    public IReadOnlyList<GrubProblem> Problems { get; init; } = [];

    /// <summary>What a person may want to know of the choice.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
