namespace Stiefel.Machines.Runs;

/// <summary>The end of a wait, by the <see cref="WorkClock"/>: on a machine that is slow now it comes later.</summary>
public sealed class Deadline
{
    private readonly TimeSpan _limit;
    private readonly WorkClock _clock;
    private readonly TimeSpan _end;

    /// <param name="limit">From now on, one of <see cref="TimeLimits"/>.</param>
    /// <param name="clock">Null for the process's own.</param>
    public Deadline(TimeSpan limit, WorkClock? clock = null)
    {
        (_limit, _clock) = (limit, clock ?? WorkClock.Instance);
        _end = _clock.Elapsed + limit;
    }

    /// <summary>How long it is until then as things stand, by people's clocks; not positive when it is over.</summary>
    public TimeSpan Left => (_end - _clock.Elapsed) * _clock.Slowness;

    /// <summary>Waits for the task.</summary>
    /// <exception cref="TimeoutException">It is not done by then.</exception>
    public async Task WaitAsync(Task task, CancellationToken token)
    {
        while (!task.IsCompleted)
        {
            var left = Left;
            if (left <= TimeSpan.Zero)
            {
                throw new TimeoutException();
            }

            try
            {
                await task.WaitAsync(left + TimeSpan.FromMilliseconds(1), token);
            }
            catch (TimeoutException) when (!task.IsCompleted)
            {
                // The clock may have gone slower meanwhile.
            }
        }

        await task;
    }

    /// <summary>E.g. `90 s`, with what was made of it on a slow machine.</summary>
    public override string ToString()
        => _clock.Slowness > 1.05 ? $"{_limit.TotalSeconds:0} s (which are more here: this machine is {_clock.Slowness:0.0} times slower than usual)" : $"{_limit.TotalSeconds:0} s";
}
