using System.Diagnostics;

namespace Stiefel.Machines.Runs;

/// <summary>The one time base of a run with several machines.</summary>
public sealed class RunClock
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Since the run began.</summary>
    public double Seconds => _watch.Elapsed.TotalSeconds;
}
