namespace Stiefel.Cli.Vm.Consoles;

/// <summary>What a command on a console printed, both streams together, and its exit code.</summary>
internal readonly record struct ConsoleOutput(string Text, int ExitCode);
