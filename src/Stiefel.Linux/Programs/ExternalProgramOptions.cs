namespace Stiefel.Linux.Programs;

/// <summary>What a program gets besides its arguments. Never put a secret in the arguments: every user can read them.</summary>
public sealed record ExternalProgramOptions
{
    /// <summary>The program's standard input. Without it the input is empty, so that no program can wait for a person.</summary>
    public Stream? Input { get; init; }

    /// <summary>Receives the standard output byte for byte, instead of keeping it as text. Owned by the caller.</summary>
    public Stream? OutputDestination { get; init; }

    /// <summary>Environment variables to set, or to remove if null, on top of this process's own.</summary>
    public IReadOnlyDictionary<string, string?>? Environment { get; init; }

    /// <summary>The program's working directory; null for this process's own.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Time limit, after which the program and its children are killed; null for none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Called for every line of output and error output as it arrives, from several threads.</summary>
    public Action<string>? OnOutputLine { get; init; }

    /// <summary>The number of characters to keep of each text stream; what comes after is read and dropped.</summary>
    public int MostText { get; init; } = ExternalProgram.MaxTextLength;

    /// <summary>Exit codes besides 0 that do not count as a failure.</summary>
    public IReadOnlyList<int> AcceptedExitCodes { get; init; } = [];
}
