namespace Stiefel.Protocol.Control;

/// <summary>An event of one desktop.</summary>
/// <param name="At">Time of the event.</param>
/// <param name="Stage">One word for programs to match.</param>
/// <param name="Text">One line for people.</param>
public sealed record MachineEvent(DateTimeOffset At, string Stage, string Text);
