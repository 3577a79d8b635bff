namespace Stiefel.Protocol.Control;

/// <summary>One desktop.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Stage">Its latest event's.</param>
/// <param name="Events">The latest, oldest first.</param>
public sealed record MachineStatus(string Address, string Stage, IReadOnlyList<MachineEvent> Events);
