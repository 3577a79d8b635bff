namespace Stiefel.Linux.Programs;

/// <summary>What a program is given besides its arguments. Never put a secret in the arguments: every user can read them.</summary>
public sealed record ExternalProgramOptions
{
    /// <summary>Fed to the program's standard input, then closed; without it the input is empty, so that no program can wait for a person.</summary>
    public Stream? Input { get; init; }

    /// <summary>Takes the standard output byte for byte instead of keeping it as text. The caller owns it.</summary>
    public Stream? OutputDestination { get; init; }

    /// <summary>Variables set, or with null removed, on top of our own environment.</summary>
    public IReadOnlyDictionary<string, string?>? Environment { get; init; }

    /// <summary>The program's working directory; ours if not given.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>After this the program and its children are killed.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Called for every line of output and error as it comes, from several threads.</summary>
    public Action<string>? OnOutputLine { get; init; }

    /// <summary>Exit codes that are an answer, not a failure; 0 always is one.</summary>
    public IReadOnlyList<int> AcceptedExitCodes { get; init; } = [];
}
