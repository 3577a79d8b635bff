namespace Stiefel.Machines.Runs;

/// <summary>A run of machines failed: a time limit passed, a machine ended or printed a line that means failure, or a check failed.</summary>
public sealed class MachineException(string message, Exception? reason = null) : Exception(message, reason);
