namespace Stiefel.Cli.Verbs;

/// <summary>The command ends with one line for the user and an exit code; <see cref="VerbRunner"/> prints it.</summary>
internal class VerbException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}

/// <summary>Something went wrong that is neither a wrong usage nor a danger.</summary>
internal sealed class FailedException(string message, Exception? inner = null) : VerbException(Verbs.ExitCode.Failed, message, inner);

/// <summary>The arguments or the configuration cannot be used as they are.</summary>
internal sealed class UsageException(string message) : VerbException(Verbs.ExitCode.WrongUsage, message);

/// <summary>It could be done, but would endanger data; nothing was touched.</summary>
internal sealed class RefusedException(string message) : VerbException(Verbs.ExitCode.Refused, message);
