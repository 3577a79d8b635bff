namespace Stiefel.Machines.Consoles;

/// <summary>What a command on a console printed, both streams together, and its exit code.</summary>
public readonly record struct ConsoleOutput(string Text, int ExitCode);
