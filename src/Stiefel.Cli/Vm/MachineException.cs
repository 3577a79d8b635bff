namespace Stiefel.Cli.Vm;

/// <summary>A machine did not do what was needed: time ran out, it ended, it printed a line that means failure, or a check of it failed.</summary>
internal sealed class MachineException : Exception
{
    public MachineException(string message)
        : base(message)
    {
    }
}
