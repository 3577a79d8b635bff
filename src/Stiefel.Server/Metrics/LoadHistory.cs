using Stiefel.Linux.Kernel;
using Stiefel.Linux.Power;
using Stiefel.Nbd.Connections;
using Stiefel.Protocol.Control;

namespace Stiefel.Server.Metrics;

/// <summary>
/// Keeps how much the disk was used in each second of the last minute, and in each ten seconds of the last hour, so that a page that has just been opened shows the
/// past too. Thread-safe.
/// </summary>
public sealed class LoadHistory(NbdServer nbd, TimeProvider time) : BackgroundService
{
    /// <summary>The number of one-second samples that are kept.</summary>
    public const int Seconds = 60;

    /// <summary>The number of ten-second samples that are kept.</summary>
    public const int Stretches = 360;

    private const int StretchSeconds = 10;

    private readonly Lock _lock = new();
    private readonly Queue<LoadSample> _minute = new();
    private readonly Queue<LoadSample> _hour = new();
    private readonly LoadMeter _second = new(() => nbd.Totals, time);
    private readonly LoadMeter _stretch = new(() => nbd.Totals, time);
    private TaskCompletionSource<LoadSample> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<int?> _thermometer = Task.FromResult<int?>(null);
    private int? _celsius;
    private int _looks;

    /// <summary>All samples that are kept.</summary>
    public LoadStatus Now
    {
        get
        {
            lock (_lock)
            {
                return new LoadStatus([.. _minute], [.. _hour]);
            }
        }
    }

    /// <summary>Completes with the sample of the second that is running.</summary>
    public Task<LoadSample> Next
    {
        get
        {
            lock (_lock)
            {
                return _next.Task;
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken token)
    {
        using var clock = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        while (await clock.WaitForNextTickAsync(token))
        {
            Look();
        }
    }

    /// <summary>Takes the sample of the second that has just ended.</summary>
    internal void Look()
    {
        var unwritten = UnwrittenMemory.Read();
        LookAtThermometer();
        TaskCompletionSource<LoadSample> asked;
        LoadSample sample;
        lock (_lock)
        {
            sample = _second.Look(unwritten, _celsius);
            Keep(_minute, sample, Seconds);
            if (++_looks % StretchSeconds == 0)
            {
                Keep(_hour, _stretch.Look(unwritten, _celsius), Stretches);
            }

            (asked, _next) = (_next, new TaskCompletionSource<LoadSample>(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        asked.SetResult(sample);
    }

    // Read on a thread of its own and never wait for it: a controller that hangs then costs one thread and delays no sample.
    private void LookAtThermometer()
    {
        if (_thermometer.IsCompleted)
        {
            _celsius = _thermometer.IsCompletedSuccessfully ? _thermometer.Result : null;
            if (_looks % StretchSeconds == 0)
            {
                _thermometer = Task.Run(() => Thermometer.Read());
            }
        }
    }

    private static void Keep(Queue<LoadSample> samples, LoadSample sample, int most)
    {
        samples.Enqueue(sample);
        if (samples.Count > most)
        {
            samples.Dequeue();
        }
    }
}
