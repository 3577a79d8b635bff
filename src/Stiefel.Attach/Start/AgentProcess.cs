using Stiefel.Attach.Agent;
using Stiefel.Linux.Processes;

namespace Stiefel.Attach.Start;

/// <summary>Starts the agent, which attaches the disk and then outlives process 1's change into the real init.</summary>
internal static class AgentProcess
{
    /// <summary>The path of the running program, which works even if its file is gone.</summary>
    internal const string OwnProgram = "/proc/self/exe";

    // Limit stacks, because the agent locks its memory and with it the whole stack of every thread; libc takes this limit as their size.
    private const int StackBytes = 512 * 1024;

    /// <summary>Starts the agent and waits; true once the disk is attached, false if the agent ended before.</summary>
    /// <param name="program">This program: the agent must be the same version.</param>
    internal static bool StartAndWaitUntilAttached(string program)
    {
        using var ready = new ReadyPipe();
        int agent;
        using (ProcessLimits.ReduceStack(StackBytes))
        {
            agent = ChildProcess.Start(program, [AgentProgram.Name, AgentProgram.Argument, ready.ChildsEnd]);
        }

        if (ready.WaitForChild())
        {
            return true;
        }

        _ = ChildProcess.Wait(agent);
        return false;
    }
}
