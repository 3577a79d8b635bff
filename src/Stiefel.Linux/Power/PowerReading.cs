namespace Stiefel.Linux.Power;

/// <summary>What a machine runs on, and for how long.</summary>
/// <param name="State">The state.</param>
/// <param name="Percent">The charge of all batteries together; null if none reports it.</param>
/// <param name="TimeLeft">The time until the batteries are empty; null on mains, or if unknown.</param>
/// <param name="Doubt">Why the state differs from the kernel's status or is unknown; null if it agrees.</param>
/// <param name="Supplies">The supplies from which the state was judged.</param>
public sealed record PowerReading(PowerState State, int? Percent, TimeSpan? TimeLeft, string? Doubt, IReadOnlyList<PowerSupply> Supplies);
