namespace Stiefel.Machines.Phases;

/// <summary>The moment at which a machine reached a phase.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Name">The phase's name.</param>
/// <param name="At">Seconds since the run began.</param>
/// <param name="Took">Seconds since the machine's previous phase; 0 for its first.</param>
public sealed record Phase(string Machine, string Name, double At, double Took);
