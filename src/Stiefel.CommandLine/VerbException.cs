namespace Stiefel.CommandLine;

/// <summary>The command ends with its message, for people, and an exit code; <see cref="VerbRunner"/> prints it.</summary>
public class VerbException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>Something went wrong that is neither a wrong usage nor a danger.</summary>
public sealed class FailedException(string message, Exception? inner = null) : VerbException(CommandLine.ExitCode.Failed, message, inner);

/// <summary>The arguments, the configuration, or the files they name cannot be used as they are.</summary>
public sealed class UsageException(string message) : VerbException(CommandLine.ExitCode.WrongUsage, message);

/// <summary>It could be done, but would endanger data; nothing was touched.</summary>
public sealed class RefusedException(string message) : VerbException(CommandLine.ExitCode.Refused, message);
