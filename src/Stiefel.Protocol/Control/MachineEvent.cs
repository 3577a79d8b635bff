namespace Stiefel.Protocol.Control;

/// <summary>Something a desktop did or got.</summary>
/// <param name="At">When.</param>
/// <param name="Stage">One word, as programs match it.</param>
/// <param name="Text">One line for people.</param>
public sealed record MachineEvent(DateTimeOffset At, string Stage, string Text);
