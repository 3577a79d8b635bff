namespace Stiefel.Attach.Ending;

/// <summary>The state of this desktop's connection to the laptop, as the agent reports it to the last process.</summary>
/// <param name="State">The state.</param>
/// <param name="Detail">An explanation for a person; may be empty.</param>
internal readonly record struct AgentWord(AgentState State, string Detail)
{
    /// <summary>The largest size of a report, in bytes.</summary>
    internal const int MaxBytes = 512;

    /// <summary>Writes the state's letter, then the detail.</summary>
    public override string ToString() => (char)State + Detail;

    /// <summary>Parses a report. A malformed one means that the agent ended, and counts as lost.</summary>
    internal static AgentWord Parse(string line) => line.Length > 0 && (AgentState)line[0] is AgentState.Connected or AgentState.Waiting or AgentState.Told or AgentState.Lost
        ? new AgentWord((AgentState)line[0], line[1..])
        : new AgentWord(AgentState.Lost, "the agent ended while it answered");
}

/// <summary>The state in an <see cref="AgentWord"/>; the value is its letter.</summary>
internal enum AgentState
{
    /// <summary>The laptop is connected.</summary>
    Connected = 'c',

    /// <summary>The laptop is not connected, or has not answered yet.</summary>
    Waiting = 'w',

    /// <summary>The laptop has confirmed the goodbye.</summary>
    Told = 't',

    /// <summary>The laptop will not confirm a goodbye: the disk no longer belongs to this desktop, or the agent is gone.</summary>
    Lost = 'l',
}
