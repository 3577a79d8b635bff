namespace Stiefel.Cli.Vm.Consoles;

/// <summary>A console did not show what was waited for: time ran out, the machine ended, or it printed a line that means failure.</summary>
internal sealed class ConsoleException : Exception
{
    public ConsoleException(string message)
        : base(message)
    {
    }
}
