namespace Stiefel.Linux.Power;

/// <summary>What a machine lives on, and for how long.</summary>
/// <param name="State">In a word.</param>
/// <param name="Percent">How full all batteries are together; null without any that says so.</param>
/// <param name="TimeLeft">Until they are empty; null on mains, or if it cannot be told.</param>
/// <param name="Doubt">Why the state is not what the kernel's labels say, or cannot be told; null if they agree.</param>
/// <param name="Supplies">What it was judged by.</param>
public sealed record PowerReading(PowerState State, int? Percent, TimeSpan? TimeLeft, string? Doubt, IReadOnlyList<PowerSupply> Supplies);
