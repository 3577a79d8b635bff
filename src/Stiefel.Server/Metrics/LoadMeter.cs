using System.Diagnostics;
using Stiefel.Nbd.Connections;
using Stiefel.Protocol.Control;

namespace Stiefel.Server.Metrics;

/// <summary>Measures how much the disk was used between two looks.</summary>
internal sealed class LoadMeter(Func<NbdTotals> totals, TimeProvider time)
{
    private NbdTotals _before = totals();
    private long _lookedAt = time.GetTimestamp();

    /// <summary>Returns the load since the last call.</summary>
    /// <param name="unwritten">As in <see cref="LoadSample"/>.</param>
    /// <param name="celsius">As in <see cref="LoadSample"/>.</param>
    public LoadSample Look(long? unwritten, int? celsius)
    {
        var now = totals();
        var at = time.GetTimestamp();
        var seconds = Math.Max(time.GetElapsedTime(_lookedAt, at).TotalSeconds, 0.001);
        var timed = now.TimedRequests - _before.TimedRequests;
        var sample = new LoadSample(
            time.GetUtcNow(), Rate(now.BytesOut - _before.BytesOut, seconds), Rate(now.BytesIn - _before.BytesIn, seconds), Rate(now.Requests - _before.Requests, seconds),
            timed > 0 ? Math.Round((now.TimedTicks - _before.TimedTicks) * 1000.0 / Stopwatch.Frequency / timed, 4) : null, unwritten, celsius);
        (_before, _lookedAt) = (now, at);
        return sample;
    }

    private static double Rate(long count, double seconds) => Math.Round(count / seconds, 1);
}
