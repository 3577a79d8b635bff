using System.Diagnostics;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Numbers the generations of this desktop's connections to its disk, and its goodbyes (docs/protocol.md#generations): each try has one of its
/// own, since nobody knows how far one got that failed. They come from the clock, so that an agent that was started again goes on above.
/// </summary>
/// <param name="clock">Rises as long as this kernel runs.</param>
internal sealed class ConnectionGenerations(Func<long> clock)
{
    private readonly Lock _lock = new();
    private ulong _last;

    internal ConnectionGenerations()
        : this(Stopwatch.GetTimestamp)
    {
    }

    /// <summary>Above all before.</summary>
    internal ulong Next()
    {
        lock (_lock)
        {
            return _last = Math.Max(_last + 1, (ulong)clock());
        }
    }
}
