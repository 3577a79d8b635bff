using Stiefel.Linux.Devices;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Keeps this process in the root of the control groups, where none can be given a limit of memory (Documentation/admin-guide/cgroup-v2.rst, memory.max). systemd takes all
/// that it finds there into its own group (init.scope), when it starts and whenever it is executed anew.
/// </summary>
internal static class RootGroup
{
    // Keep the stack small: the agent's memory is locked.
    private const int StackBytes = 128 * 1024;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    /// <summary>Begins on a thread of its own, because the way there leads through the system's root.</summary>
    internal static void Stay() => new Thread(Look, StackBytes) { IsBackground = true }.Start();

    private static void Look()
    {
        while (true)
        {
            LaterSystem.LeaveGroup();
            Thread.Sleep(s_pause);
        }
    }
}
