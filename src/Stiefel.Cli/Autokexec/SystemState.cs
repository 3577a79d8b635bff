using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Autokexec;

/// <summary>Whether systemd has begun to stop everything (man 1 systemctl, is-system-running).</summary>
internal static class SystemState
{
    // Shorter than the time that systemd grants a process to end. While it stops everything, the exit code is 1.
    private static readonly ExternalProgramOptions s_options = new() { Timeout = TimeSpan.FromSeconds(1), AcceptedExitCodes = [1] };

    /// <summary>True if it has; false also where there is no systemd, or it does not answer.</summary>
    public static Task<bool> IsStoppingAsync() => IsStoppingAsync((program, arguments, options, token) => ExternalProgram.RunAsync(program, arguments, options, token));

    /// <inheritdoc cref="IsStoppingAsync()"/>
    /// <param name="runAsync">Runs a program.</param>
    public static async Task<bool> IsStoppingAsync(Func<string, IReadOnlyList<string>, ExternalProgramOptions, CancellationToken, Task<ExternalProgramOutput>> runAsync)
    {
        try
        {
            return (await runAsync("systemctl", ["is-system-running"], s_options, CancellationToken.None)).Text.Trim() == "stopping";
        }
        catch (ExternalProgramException)
        {
            return false;
        }
    }
}
