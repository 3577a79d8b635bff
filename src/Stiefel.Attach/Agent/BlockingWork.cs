using System.Runtime.ExceptionServices;

namespace Stiefel.Attach.Agent;

/// <summary>Does something that may be held up in the kernel on a thread of its own, while this one does what frees it.</summary>
internal static class BlockingWork
{
    // The agent's stacks are locked memory.
    private const int StackBytes = 256 * 1024;

    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns when the work is done, and throws what it threw.</summary>
    /// <param name="work">On the other thread.</param>
    /// <param name="meanwhile">On this one, again and again as long as the work goes on.</param>
    internal static void Run(Action work, Action meanwhile)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    work();
                }
                catch (Exception exception)
                {
                    failure = ExceptionDispatchInfo.Capture(exception);
                }
            },
            StackBytes) { IsBackground = true };
        thread.Start();
        while (!thread.Join(s_glance))
        {
            meanwhile();
        }

        failure?.Throw();
    }
}
