using System.Runtime.ExceptionServices;

namespace Stiefel.Attach.Agent;

/// <summary>Runs work that may block in the kernel on a thread of its own, while the calling thread does what unblocks it.</summary>
internal static class BlockingWork
{
    // Keep the stack small: the agent's memory is locked.
    private const int StackBytes = 256 * 1024;

    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns when the work is done; throws again what the work threw.</summary>
    /// <param name="work">Runs on a thread of its own.</param>
    /// <param name="meanwhile">Runs on the calling thread, again and again until the work is done.</param>
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
