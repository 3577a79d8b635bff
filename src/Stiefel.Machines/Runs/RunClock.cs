using System.Diagnostics;

namespace Stiefel.Machines.Runs;

/// <summary>The common time base of a run with several machines.</summary>
public sealed class RunClock
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Seconds since the run began.</summary>
    public double Seconds => _watch.Elapsed.TotalSeconds;
}
