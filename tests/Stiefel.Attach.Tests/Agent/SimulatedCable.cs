using Stiefel.Attach.Agent;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>
/// A disk at the end of a cable, and a kernel that always wants more of it than may be under way: one request after the other passes, each takes its
/// bytes' time on the cable and its own time at both ends, and is answered a round trip later. The time of a request counts from when it is asked for.
/// </summary>
/// <param name="pace">What bounds the requests; null: always the largest.</param>
internal sealed class SimulatedCable(RequestPace? pace)
{
    // What kernel, tunnel and server add to each request.
    private const double OwnSeconds = 20e-6;
    private const double RoundTripSeconds = 500e-6;
    private const double LookSeconds = 0.5;

    private readonly Queue<(double Asked, int Bytes)> _underWay = new();
    private double _nextLook = LookSeconds;
    private double _now;
    private QueueCounters _counters;
    private QueueCounters _before;

    /// <summary>What the cable carries now.</summary>
    internal double BytesPerSecond { get; set; }

    /// <summary>The longest that a request took, of those that were asked for since this was last set to nothing.</summary>
    internal double LongestSeconds { get; set; }

    /// <summary>All that came through.</summary>
    internal long Bytes => _counters.Bytes;

    private int Largest => (pace?.Kibibytes ?? RequestPace.LargestKibibytes) * 1024;

    /// <summary>Goes on for some time.</summary>
    internal void Run(double seconds)
    {
        var end = _now + seconds;
        while (_now < end)
        {
            while (_underWay.Count < RequestPace.RequestsAtOnce)
            {
                _underWay.Enqueue((_now, Largest));
            }

            var (asked, bytes) = _underWay.Dequeue();
            _now += (bytes / BytesPerSecond) + OwnSeconds;
            LongestSeconds = Math.Max(LongestSeconds, _now + RoundTripSeconds - asked);
            _counters = new QueueCounters(_counters.Requests + 1, _counters.Bytes + bytes, _underWay.Count);
            Look();
        }
    }

    /// <summary>Ends what is under way, as the kernel does that gave it up, and asks anew.</summary>
    internal void Forget()
    {
        _underWay.Clear();
        LongestSeconds = 0;
    }

    private void Look()
    {
        if (_now >= _nextLook)
        {
            pace?.Observe(_counters.Since(_before, TimeSpan.FromSeconds(_now - _nextLook + LookSeconds)));
            (_before, _nextLook) = (_counters, _now + LookSeconds);
        }
    }
}
