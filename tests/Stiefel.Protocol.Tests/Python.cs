using System.Diagnostics;

namespace Stiefel.Protocol.Tests;

/// <summary>Debian's Python with python3-pycryptodome: a second implementation that shares nothing with ours.</summary>
internal static class Python
{
    /// <summary>Runs python3 with text on its standard input; returns its output, or fails with everything that it printed.</summary>
    public static async Task<string> RunAsync(IEnumerable<string> arguments, string input, CancellationToken token)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(TimeLimit.Seconds(50));
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"python3 (needs python3-pycryptodome) ended with {process.ExitCode}: {await output}{await errors}");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
