namespace Stiefel.Linux.Programs;

/// <summary>A program could not be started, failed, or took too long. The message has the command and its last lines of error output.</summary>
public sealed class ExternalProgramException : IOException
{
    private const int LastLines = 6;

    internal ExternalProgramException(string command, int? exitCode, string reason, string errorText, Exception? inner = null)
        : base($"{command}: {reason}{LastWords(errorText)}", inner)
    {
        Command = command;
        ExitCode = exitCode;
        ErrorText = errorText;
    }

    /// <summary>The command as it would be typed.</summary>
    public string Command { get; }

    /// <summary>The program's exit code; null if it did not start or was killed by us.</summary>
    public int? ExitCode { get; }

    /// <summary>The standard error output that was kept.</summary>
    public string ErrorText { get; }

    private static string LastWords(string errorText)
    {
        var lines = errorText.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 0 ? "" : ": " + string.Join(" | ", lines.TakeLast(LastLines));
    }
}
