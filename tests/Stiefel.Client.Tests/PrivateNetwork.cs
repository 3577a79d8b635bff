using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xunit;

namespace Stiefel.Client.Tests;

/// <summary>
/// Moves the whole test process into a network namespace of its own before the first test (network_namespaces(7)): the client asks on
/// every interface and sets links up, which no test may do to the machine it runs on. Threads that are made later inherit the namespace.
/// </summary>
internal static class PrivateNetwork
{
    private const int CloneNewNet = 0x40000000;

    private static string? s_failure;

    [ModuleInitializer]
    internal static void Enter()
    {
        s_failure = EnterNew();
        if (s_failure is null)
        {
            Ip("link set lo up");
        }
    }

    /// <summary>Moves the calling thread into a new namespace; returns what went wrong, or null.</summary>
    internal static string? EnterNew() => unshare(CloneNewNet) == 0
        ? null
        : $"unshare(CLONE_NEWNET): {Marshal.GetLastPInvokeErrorMessage()} (run the tests as root)";

    /// <summary>The calling thread's id in the kernel, see gettid(2).</summary>
    internal static int ThreadId() => gettid();

    /// <summary>Runs `ip` in the calling thread's namespace.</summary>
    internal static void Ip(string arguments)
    {
        Assert.Null(s_failure);
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ip {arguments}: {error}");
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int unshare(int flags);

    [DllImport("libc")]
    private static extern int gettid();
}
