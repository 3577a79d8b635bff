using Microsoft.AspNetCore.Http.HttpResults;

namespace Stiefel.Server.Events;

/// <summary>How many watch events or the load now: each holds a connection for as long as it likes.</summary>
public sealed class EventWatchers
{
    /// <summary>As many as may.</summary>
    public const int Most = 128;

    private int _count;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>One more; disposing of the result says that it is gone. Null if there are too many.</summary>
    public IDisposable? TryAdmit()
    {
        if (Interlocked.Increment(ref _count) <= Most)
        {
            return new Watcher(this);
        }

        Interlocked.Decrement(ref _count);
        return null;
    }

    /// <summary>What one more is told.</summary>
    public static ProblemHttpResult TooMany() =>
        TypedResults.Problem($"{Most} clients watch already, which is as many as may; end one of them", statusCode: StatusCodes.Status503ServiceUnavailable);

    private sealed class Watcher(EventWatchers all) : IDisposable
    {
        private int _isGone;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isGone, 1) == 0)
            {
                Interlocked.Decrement(ref all._count);
            }
        }
    }
}
