using System.Diagnostics.CodeAnalysis;
using Stiefel.Attach.Console;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Nbd;
using Stiefel.Linux.Processes;

namespace Stiefel.Attach.Agent;

/// <summary>
/// A process that waits until the agent is killed, and goes on in its place. No request is lost when the agent is killed, but without an agent the next
/// outage would be the last. It has its name once it is ready. It hears all that it needs from the agent (<see cref="AgentHoldings"/>), does nothing else, and needs no file.
/// <see cref="StandByKeeper"/> in the agent starts it, and starts another when it is killed.
/// </summary>
internal static class StandByProgram
{
    /// <summary>Its argv[0], which ps shows, also when it has become the agent.</summary>
    internal const string Name = "@stiefel-standby";

    /// <summary>Its argv[1]. argv[2] is the descriptor number of the socket to the agent.</summary>
    internal const string Argument = "--stand-by";

    /// <summary>Its argv[1] for a disk on a system that ran before it.</summary>
    internal const string BesideArgument = "--stand-by-beside";

    /// <summary>Where such a system has room for a device node (<see cref="AttachLog"/>).</summary>
    internal const string BesidesNodes = "/dev";

    /// <summary>Waits, and then runs as the agent; never returns.</summary>
    /// <param name="socket">The descriptor of the socket to the agent.</param>
    /// <param name="goOnBeside">Runs as the agent of a disk on a system that ran before it, and returns the exit code; null for a payload's.</param>
    [DoesNotReturn]
    internal static void Run(int socket, Func<AgentHoldings, AttachLog, int>? goOnBeside)
    {
        var log = goOnBeside is null ? new AttachLog() : new AttachLog(BesidesNodes);
        AgentProgram.Prepare(log);
        RootGroup.Stay();
        using var holdings = new AgentHoldings(() => Environment.TickCount64, outside => outside is null ? NbdNetlink.TryOpen() : outside.Run(NbdNetlink.TryOpen));
        Hear(socket, holdings);
        if (!holdings.IsComplete)
        {
            log.Fail("the agent that keeps the laptop's disk connected was killed before its stand-by was ready: the disk works until its connection is lost. Restart this desktop soon");
            Environment.Exit(1);
        }

        log.Fail("the agent that keeps the laptop's disk connected was killed; its stand-by goes on in its place");
        if (goOnBeside is not null)
        {
            Environment.Exit(goOnBeside(holdings, log));
        }

        AgentProgram.GoOn(holdings, log);
    }

    private static void Hear(int socket, AgentHoldings holdings)
    {
        using var agent = SocketPair.Adopt(socket);
        try
        {
            holdings.HearFrom(agent, () => RootStorageDaemon.SetName(Name.TrimStart('@')));
        }
        catch (LinuxException exception) when (exception.Errno == Errno.ECONNRESET)
        {
            // The agent has ended, with something unread.
        }
    }
}
