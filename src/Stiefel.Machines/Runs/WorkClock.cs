using System.Diagnostics;
using System.Security.Cryptography;

namespace Stiefel.Machines.Runs;

/// <summary>
/// A clock that goes slower while this machine gets less done: a fixed piece of work is timed again and again, since other programs come and go.
/// One second of it is a second on the machine where <see cref="TimeLimits"/> were measured.
/// </summary>
public sealed class WorkClock
{
    /// <summary>It never goes slower than this, so that a wait for what never comes has an end.</summary>
    public const double MostSlowness = 8;

    // Takes 0.15 s alone, and twice that where two emulated machines keep both processors busy, as they did when the limits were measured.
    private const int PieceLength = 64 * 1024, Pieces = 4096;
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(0.3);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private readonly Func<TimeSpan> _now;
    private readonly Lock _lock = new();
    private readonly double _least;
    private double _slowness;
    private TimeSpan _since;
    private TimeSpan _before;

    /// <param name="now">The time that people's clocks show, from any beginning.</param>
    /// <param name="least">It never goes quicker than this slowness allows; 1 or more.</param>
    public WorkClock(Func<TimeSpan> now, double least)
    {
        (_now, _least, _slowness) = (now, least, least);
        _since = now();
    }

    /// <summary>The one of this process. STIEFEL_TIME_SCALE, e.g. 2.5, says that it is slower than it seems.</summary>
    public static WorkClock Instance { get; } = Start();

    /// <summary>How many times slower this machine is now; 1 or more.</summary>
    public double Slowness
    {
        get
        {
            lock (_lock)
            {
                return _slowness;
            }
        }
    }

    /// <summary>What it shows: time since it began, less where this machine was slow.</summary>
    public TimeSpan Elapsed
    {
        get
        {
            lock (_lock)
            {
                return _before + ((_now() - _since) / _slowness);
            }
        }
    }

    /// <summary>Takes in how long the piece of work took this time.</summary>
    public void Measured(TimeSpan took)
    {
        lock (_lock)
        {
            var now = _now();
            // The machine may have become slow at any moment since the measurement before: the slower of both counts for the time between.
            var slowness = Math.Clamp(took / s_usual, _least, Math.Max(_least, MostSlowness));
            _before += (now - _since) / Math.Max(_slowness, slowness);
            (_since, _slowness) = (now, slowness);
        }
    }

    private static WorkClock Start()
    {
        var least = double.TryParse(Environment.GetEnvironmentVariable("STIEFEL_TIME_SCALE"), out var scale) && scale is > 1 and <= 100 ? scale : 1;
        var watch = Stopwatch.StartNew();
        var clock = new WorkClock(() => watch.Elapsed, least);
        new Thread(() => MeasureForever(clock)) { IsBackground = true, Name = "work clock" }.Start();
        return clock;
    }

    private static void MeasureForever(WorkClock clock)
    {
        var piece = new byte[PieceLength];
        while (true)
        {
            var began = Stopwatch.GetTimestamp();
            for (var count = 0; count < Pieces; count++)
            {
                SHA256.HashData(piece);
            }

            clock.Measured(Stopwatch.GetElapsedTime(began));
            Thread.Sleep(s_pause);
        }
    }
}
