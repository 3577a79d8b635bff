using System.Diagnostics;
using System.Security.Cryptography;

namespace Stiefel.Machines.Runs;

/// <summary>
/// A clock that slows down when this machine gets less work done. It times a fixed piece of work repeatedly, since other programs come and go.
/// One second of this clock corresponds to a second on the machine where <see cref="TimeLimits"/> were measured.
/// </summary>
public sealed class WorkClock
{
    /// <summary>Largest slowness, so that every wait ends at some time.</summary>
    public const double MostSlowness = 8;

    // Takes 0.15 s on an idle machine, and twice that with two emulated machines on two cores, as when the limits were measured.
    private const int PieceLength = 64 * 1024, Pieces = 4096;
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(0.3);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(10);

    private readonly Func<TimeSpan> _now;
    private readonly Lock _lock = new();
    private readonly double _least;
    private double _slowness;
    private TimeSpan _since;
    private TimeSpan _before;

    /// <param name="now">Returns the wall-clock time since any fixed moment.</param>
    /// <param name="least">The smallest slowness; 1 or more.</param>
    public WorkClock(Func<TimeSpan> now, double least)
    {
        (_now, _least, _slowness) = (now, least, least);
        _since = now();
    }

    /// <summary>The clock of this process. The environment variable STIEFEL_TIME_SCALE, for example 2.5, sets its smallest slowness.</summary>
    public static WorkClock Instance { get; } = Start();

    /// <summary>How many times slower than usual this machine is now; 1 or more.</summary>
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

    /// <summary>The time of this clock since its start; it advances less while the machine is slow.</summary>
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

    /// <summary>Records how long the piece of work took this time.</summary>
    public void Measured(TimeSpan took)
    {
        lock (_lock)
        {
            var now = _now();
            // The machine may have become slow at any moment since the previous measurement, so apply the slower of both to the time in between.
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
