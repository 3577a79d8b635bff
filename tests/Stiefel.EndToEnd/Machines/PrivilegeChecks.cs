using Stiefel.EndToEnd.Native;
using Stiefel.Machines.Consoles;

namespace Stiefel.EndToEnd.Machines;

/// <summary>Checks that a process inside a machine has exactly the capabilities that docs/security.md names.</summary>
internal static class PrivilegeChecks
{
    /// <param name="shell">The machine's shell.</param>
    /// <param name="program">The program's name in the document.</param>
    /// <param name="process">The process id, or a shell expression that expands to it.</param>
    /// <param name="token">Cancels the check.</param>
    /// <param name="more">What the program runs with, in the document.</param>
    public static async Task AsDocumentedAsync(ConsoleShell shell, string program, string process, CancellationToken token, params string[] more)
    {
        var capabilities = SecurityDocument.Capabilities([program, .. more]);
        string none = new('0', 16);
        var status = await shell.RunAsync($"grep -hE '^(Cap|NoNewPrivs)' /proc/{process}/task/*/status | sort -u", token);
        string[] lines = [.. status.Split('\n', StringSplitOptions.TrimEntries).Where(line => line.StartsWith("Cap", StringComparison.Ordinal) || line.StartsWith("No", StringComparison.Ordinal))];

        // Duplicates are removed, so one line each means that all threads agree.
        Assert.Equal(
            [$"CapAmb:\t{none}", $"CapBnd:\t{capabilities}", $"CapEff:\t{capabilities}", $"CapInh:\t{none}", $"CapPrm:\t{capabilities}", "NoNewPrivs:\t1"],
            lines.Order(StringComparer.Ordinal));
    }
}
