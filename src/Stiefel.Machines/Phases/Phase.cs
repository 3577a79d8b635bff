namespace Stiefel.Machines.Phases;

/// <summary>The moment a machine reached a step.</summary>
/// <param name="Machine">Which machine.</param>
/// <param name="Name">What it reached.</param>
/// <param name="At">Seconds since the run began.</param>
/// <param name="Took">Seconds since this machine's step before; 0 for its first.</param>
public sealed record Phase(string Machine, string Name, double At, double Took);
