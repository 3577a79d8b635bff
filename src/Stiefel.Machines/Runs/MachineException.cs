namespace Stiefel.Machines.Runs;

/// <summary>A machine did not do what was needed: time ran out, it ended, it printed a line that means failure, or a check of it failed.</summary>
public sealed class MachineException(string message, Exception? reason = null) : Exception(message, reason);
