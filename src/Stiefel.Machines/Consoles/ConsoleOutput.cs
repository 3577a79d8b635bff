namespace Stiefel.Machines.Consoles;

/// <summary>The output of a command on a console, standard output and error together, and its exit code.</summary>
public readonly record struct ConsoleOutput(string Text, int ExitCode);
