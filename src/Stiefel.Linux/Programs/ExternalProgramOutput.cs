namespace Stiefel.Linux.Programs;

/// <summary>The output of a program that succeeded.</summary>
/// <param name="Text">Standard output, at most <see cref="ExternalProgram.MaxTextLength"/> characters; empty if it went to a stream.</param>
/// <param name="ErrorText">Standard error, under the same limit.</param>
/// <param name="ExitCode">0, or one of the accepted codes.</param>
public readonly record struct ExternalProgramOutput(string Text, string ErrorText, int ExitCode)
{
    /// <summary>Standard output as lines, without empty ones.</summary>
    public string[] Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
