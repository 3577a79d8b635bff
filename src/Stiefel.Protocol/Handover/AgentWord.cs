namespace Stiefel.Protocol.Handover;

/// <summary>The state of this desktop's connection to the laptop, as the agent answers on its socket (<see cref="AgentQuestion"/>).</summary>
/// <param name="State">The state.</param>
/// <param name="Detail">An explanation for a person; may be empty.</param>
public readonly record struct AgentWord(AgentState State, string Detail)
{
    /// <summary>Largest size of an answer, in bytes.</summary>
    public const int MaxBytes = 512;

    /// <summary>Writes the state's letter, then the detail.</summary>
    public override string ToString() => (char)State + Detail;

    /// <summary>Parses an answer. A malformed one means that the agent ended, and counts as lost.</summary>
    public static AgentWord Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return line.Length > 0 && (AgentState)line[0] is AgentState.Connected or AgentState.Waiting or AgentState.Told or AgentState.Lost
            ? new AgentWord((AgentState)line[0], line[1..])
            : new AgentWord(AgentState.Lost, "the agent ended while it answered");
    }
}

/// <summary>The state in an <see cref="AgentWord"/>; the value is its letter.</summary>
public enum AgentState
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

/// <summary>One byte on the agent's socket. Each question is a connection of its own and is answered by one <see cref="AgentWord"/>.</summary>
public enum AgentQuestion : byte
{
    /// <summary>Asks for the state of the connection to the laptop.</summary>
    State = (byte)'s',

    /// <summary>Makes the agent disconnect the disk and say goodbye. Nothing uses the disk any more, and all is flushed.</summary>
    Goodbye = (byte)'g',

    /// <summary>Makes the agent disconnect the disk and end at once, without the laptop's confirmation. Only an agent that `stiefel-client attach` started does that.</summary>
    Leave = (byte)'x',
}
