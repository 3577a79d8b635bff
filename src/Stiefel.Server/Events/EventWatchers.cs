using Microsoft.AspNetCore.Http.HttpResults;

namespace Stiefel.Server.Events;

/// <summary>Limits how many clients watch events or the load, because each may hold its connection for as long as it likes.</summary>
public sealed class EventWatchers
{
    /// <summary>The most clients at once.</summary>
    public const int Most = 128;

    private int _count;

    /// <summary>The number of clients now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Admits a client until the result is disposed of; null if there are too many.</summary>
    public IDisposable? TryAdmit()
    {
        if (Interlocked.Increment(ref _count) <= Most)
        {
            return new Watcher(this);
        }

        Interlocked.Decrement(ref _count);
        return null;
    }

    /// <summary>The refusal of a client that is one too many.</summary>
    public static ProblemHttpResult TooMany() =>
        TypedResults.Problem($"{Most} clients are watching already, which is the limit; end one of them", statusCode: StatusCodes.Status503ServiceUnavailable);

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
