using System.Diagnostics;

namespace Stiefel.Cli.Vm;

/// <summary>The one time base of a run with several machines.</summary>
internal sealed class RunClock
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Since the run began.</summary>
    public double Seconds => _watch.Elapsed.TotalSeconds;
}
