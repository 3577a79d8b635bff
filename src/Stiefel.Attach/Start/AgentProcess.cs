using Stiefel.Attach.Agent;
using Stiefel.Linux.Processes;

namespace Stiefel.Attach.Start;

/// <summary>Starts the agent, which attaches the disk and then outlives process 1's change into the real init.</summary>
internal static class AgentProcess
{
    /// <summary>The running program itself, whatever became of its file.</summary>
    internal const string OwnProgram = "/proc/self/exe";

    // The agent locks its memory, and every thread's whole stack with it: libc takes this limit as the size.
    private const int StackBytes = 512 * 1024;

    /// <summary>True once the disk is attached; false if the agent ended before.</summary>
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
