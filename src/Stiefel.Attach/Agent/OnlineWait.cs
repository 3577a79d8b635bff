using Stiefel.Attach.Console;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Mounts;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Before version 253, systemd-networkd-wait-online waits two minutes where no interface is networkd's, and the system's start with it (systemd, issue 25813). On a
/// desktop whose only card is the link's that is always so. It is told not to wait where there is no card, before the system's process 1 reads its units.
/// </summary>
internal static class OnlineWait
{
    // The agent's stacks are locked memory.
    private const int StackBytes = 256 * 1024;

    // Not in systemd/system, by which every program tells whether systemd runs (man 3 sd_booted): this system may have another init.
    private const string File = "systemd/system.control/systemd-networkd-wait-online.service.d/stiefel.conf";
    private const string Content = """
        # The card through which this system's disk comes is not this system's. Without another one, and without other machines behind it, there is nothing to wait for.
        [Unit]
        ConditionPathExistsGlob=|/sys/class/net/*/device
        ConditionPathExists=|/run/stiefel/lan

        """;

    private const string Mark = "stiefel/lan";
    private const string MarkContent = "Other machines than the laptop are on the network behind the card of this system's disk.\n";

    // An initramfs makes its /run as one of its first steps, and hands it over once it has mounted the root.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);

    /// <summary>Begins on a thread of its own, because /run may not be mounted yet.</summary>
    internal static void Bound(AttachLog log) => PlaceWhenPossible(File, Content, log);

    /// <summary>Lets it wait after all, because this system can use the network behind the link's card.</summary>
    internal static void Allow(AttachLog log) => PlaceWhenPossible(Mark, MarkContent, log);

    private static void PlaceWhenPossible(string file, string content, AttachLog log) =>
        new Thread(() => Place(file, content, log), StackBytes) { IsBackground = true }.Start();

    private static void Place(string file, string content, AttachLog log)
    {
        try
        {
            for (var end = Environment.TickCount64 + (long)s_longest.TotalMilliseconds; !LaterRoot.TryPlaceInRun(file, content) && Environment.TickCount64 < end;)
            {
                Thread.Sleep(s_pause);
            }
        }
        catch (LinuxException exception)
        {
            log.Say($"this system's start may wait two minutes for a network: {exception.Message}");
        }
    }
}
