using System.Diagnostics;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>Runs a foreign program; the test fails if the program is missing or fails.</summary>
internal static class Tool
{
    private static readonly TimeSpan s_limit = TimeLimit.Seconds(60);

    public static async Task<string> RunAsync(string name, params string[] arguments)
    {
        (var exitCode, var output) = await TryRunAsync(name, arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{name} {string.Join(' ', arguments)}: exit code {exitCode}\n{output}");
    }

    public static async Task<(int ExitCode, string Output)> TryRunAsync(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(s_limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{name} {string.Join(' ', arguments)} did not end within {s_limit.TotalSeconds} s");
        }

        return (process.ExitCode, await output + await error);
    }
}
