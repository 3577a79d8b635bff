namespace Stiefel.Client.Menu;

/// <summary>The person's decision about what to boot.</summary>
/// <param name="Entry">The id of the chosen entry; empty for the default entry.</param>
/// <param name="Arguments">Kernel arguments for this start alone; may be empty.</param>
internal sealed record EntryDecision(string Entry, string Arguments)
{
    /// <summary>The default entry without more arguments, if the person decided nothing.</summary>
    public static readonly EntryDecision None = new("", "");
}
