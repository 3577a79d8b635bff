using System.Runtime.ExceptionServices;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>Runs a test on a thread of its own, which may leave that thread in another network namespace.</summary>
internal static class OwnThread
{
    /// <summary>Runs the test, and fails as it fails.</summary>
    public static void Run(Action test)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                test();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
