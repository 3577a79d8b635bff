using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>Listening sockets passed to the program at its start (man 3 sd_listen_fds): systemd listens, and starts the program at the first connection.</summary>
public static class ActivatedSockets
{
    internal const int First = 3;
    private const int Most = 16;

    /// <summary>True if there are sockets to take.</summary>
    public static bool Are => Count > 0;

    internal static int Count =>
        int.TryParse(Environment.GetEnvironmentVariable("LISTEN_PID"), out var process) && process == Environment.ProcessId
        && int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), out var count) && count is >= 1 and <= Most ? count : 0;

    /// <summary>Takes the sockets; their descriptors then belong to this process only. None if the program was started in another way.</summary>
    public static IReadOnlyList<int> Take()
    {
        int[] descriptors = [.. Enumerable.Range(First, Count)];

        // Remove the variables, so that child processes do not take the sockets for theirs.
        Environment.SetEnvironmentVariable("LISTEN_PID", null);
        Environment.SetEnvironmentVariable("LISTEN_FDS", null);
        foreach (var descriptor in descriptors)
        {
            _ = Fcntl.fcntl(descriptor, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
        }

        return descriptors;
    }
}
