namespace Stiefel.Attach.Ending;

/// <summary>How it stands between this desktop and the laptop, as the agent tells the one that ends this system.</summary>
/// <param name="State">The state.</param>
/// <param name="Detail">For a person; may be empty.</param>
internal readonly record struct AgentWord(AgentState State, string Detail)
{
    /// <summary>Bytes of one, at most.</summary>
    internal const int MaxBytes = 512;

    /// <summary>A letter, and what there is to say.</summary>
    public override string ToString() => (char)State + Detail;

    /// <summary>Reads it; what is none means that the disk cannot be spoken for.</summary>
    internal static AgentWord Parse(string line) => line.Length > 0 && (AgentState)line[0] is AgentState.Connected or AgentState.Waiting or AgentState.Told or AgentState.Lost
        ? new AgentWord((AgentState)line[0], line[1..])
        : new AgentWord(AgentState.Lost, "the agent ended while it answered");
}

/// <summary>What <see cref="AgentWord"/> says first.</summary>
internal enum AgentState
{
    /// <summary>The laptop is there.</summary>
    Connected = 'c',

    /// <summary>It is not, or has not answered yet.</summary>
    Waiting = 'w',

    /// <summary>It has heard the goodbye, and confirmed it.</summary>
    Told = 't',

    /// <summary>It will not hear one: the disk is not this desktop's any more, or the agent is gone.</summary>
    Lost = 'l',
}
