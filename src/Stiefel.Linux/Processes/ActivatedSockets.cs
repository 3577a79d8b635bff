using Stiefel.Linux.Interop;

namespace Stiefel.Linux.Processes;

/// <summary>Listening sockets that the program was started with (man 3 sd_listen_fds): systemd listens, and starts it when somebody comes.</summary>
public static class ActivatedSockets
{
    internal const int First = 3;
    private const int Most = 16;

    /// <summary>True if there are some to take.</summary>
    public static bool Are => Count > 0;

    internal static int Count =>
        int.TryParse(Environment.GetEnvironmentVariable("LISTEN_PID"), out var process) && process == Environment.ProcessId
        && int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), out var count) && count is >= 1 and <= Most ? count : 0;

    /// <summary>Their descriptors, each from now on this process's alone; none if it was started otherwise.</summary>
    public static IReadOnlyList<int> Take()
    {
        int[] descriptors = [.. Enumerable.Range(First, Count)];

        // Programs that are started from here must not take them for theirs.
        Environment.SetEnvironmentVariable("LISTEN_PID", null);
        Environment.SetEnvironmentVariable("LISTEN_FDS", null);
        foreach (var descriptor in descriptors)
        {
            _ = Fcntl.fcntl(descriptor, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
        }

        return descriptors;
    }
}
