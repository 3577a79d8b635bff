namespace Stiefel.Client.Menu;

/// <summary>What the person decided.</summary>
/// <param name="Entry">The id of the chosen entry; empty for the one that is booted by itself.</param>
/// <param name="Arguments">Kernel arguments for this start alone; may be empty.</param>
internal sealed record EntryDecision(string Entry, string Arguments)
{
    /// <summary>Nobody decided anything.</summary>
    public static readonly EntryDecision None = new("", "");
}
