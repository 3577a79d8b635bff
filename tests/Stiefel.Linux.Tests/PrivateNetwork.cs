using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xunit;

namespace Stiefel.Linux.Tests;

/// <summary>
/// Moves the whole test process into a network namespace of its own before the first test (man 7 network_namespaces): the tests set
/// links up and rename them, which no test may do to its machine. Threads made later inherit the namespace.
/// </summary>
internal static class PrivateNetwork
{
    private const int CloneNewNet = 0x40000000;

    /// <summary>Why there is no private network; null if there is one.</summary>
    internal static string? Failure { get; private set; } = "the module initializer did not run";

    [ModuleInitializer]
    internal static void Enter() => Failure = unshare(CloneNewNet) == 0
        ? null
        : $"unshare(CLONE_NEWNET): {Marshal.GetLastPInvokeErrorMessage()} (run the tests as root)";

    /// <summary>Runs `ip` inside the namespace and returns what it printed.</summary>
    internal static string Ip(string arguments)
    {
        Assert.Null(Failure);
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ip {arguments}: {error}");
        return output;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int unshare(int flags);
}
