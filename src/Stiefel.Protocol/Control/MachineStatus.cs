namespace Stiefel.Protocol.Control;

/// <summary>The recent history of one desktop.</summary>
/// <param name="Address">The desktop's IP address.</param>
/// <param name="Stage">The stage of its latest event.</param>
/// <param name="Events">The latest events, oldest first.</param>
public sealed record MachineStatus(string Address, string Stage, IReadOnlyList<MachineEvent> Events);
