using Stiefel.Attach.Agent;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>
/// Simulates a disk at the end of a cable, and a kernel that always keeps its queue full. Requests pass one after the other: each takes the time of its bytes
/// on the cable plus a fixed time at both ends, and is answered a round trip later. A request's time counts from when it joins the queue.
/// </summary>
/// <param name="pace">Bounds the size of requests; null makes them always as large as possible.</param>
internal sealed class SimulatedCable(RequestPace? pace)
{
    // The time that kernel, tunnel and server add to each request.
    private const double OwnSeconds = 20e-6;
    private const double RoundTripSeconds = 500e-6;
    private const double LookSeconds = 0.5;

    private readonly Queue<(double Asked, int Bytes)> _underWay = new();
    private double _nextLook = LookSeconds;
    private double _now;
    private QueueCounters _counters;
    private QueueCounters _before;

    /// <summary>The cable's speed now.</summary>
    internal double BytesPerSecond { get; set; }

    /// <summary>The longest time that a request took, among those that joined the queue since <see cref="Forget"/>.</summary>
    internal double LongestSeconds { get; set; }

    /// <summary>The number of bytes carried so far.</summary>
    internal long Bytes => _counters.Bytes;

    private int Largest => (pace?.Kibibytes ?? RequestPace.LargestKibibytes) * 1024;

    /// <summary>Runs the simulation for this many seconds.</summary>
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

    /// <summary>Drops the requests under way, as the kernel does when it gives a connection up, and starts afresh.</summary>
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
