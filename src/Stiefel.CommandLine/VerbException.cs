namespace Stiefel.CommandLine;

/// <summary>Ends the command with a message for people, which <see cref="VerbRunner"/> prints, and an exit code.</summary>
public class VerbException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>The command failed, without wrong usage and without danger.</summary>
public sealed class FailedException(string message, Exception? inner = null) : VerbException(CommandLine.ExitCode.Failed, message, inner);

/// <summary>The arguments, the configuration, or the files that they name are invalid.</summary>
public sealed class UsageException(string message) : VerbException(CommandLine.ExitCode.WrongUsage, message);

/// <summary>The command was refused because it would endanger data; nothing was touched.</summary>
public sealed class RefusedException(string message) : VerbException(CommandLine.ExitCode.Refused, message);
