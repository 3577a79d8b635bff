using System.Diagnostics;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Numbers the generations of this desktop's connections to its disk, and its goodbyes (docs/protocol.md#generations). Each try has its own number,
/// because a failed one may have reached the server. The numbers come from the clock, so that an agent that was restarted continues above the old ones.
/// </summary>
/// <param name="clock">A count that rises as long as this kernel runs.</param>
internal sealed class ConnectionGenerations(Func<long> clock)
{
    private readonly Lock _lock = new();
    private ulong _last;

    internal ConnectionGenerations()
        : this(Stopwatch.GetTimestamp)
    {
    }

    /// <summary>Returns a number above all earlier ones.</summary>
    internal ulong Next()
    {
        lock (_lock)
        {
            return _last = Math.Max(_last + 1, (ulong)clock());
        }
    }
}
