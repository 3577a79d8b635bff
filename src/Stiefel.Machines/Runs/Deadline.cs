namespace Stiefel.Machines.Runs;

/// <summary>The end of a wait, measured by the <see cref="WorkClock"/>, so that it comes later on a slow machine.</summary>
public sealed class Deadline
{
    private readonly TimeSpan _limit;
    private readonly WorkClock _clock;
    private readonly TimeSpan _end;

    /// <param name="limit">The limit from now on, usually one of <see cref="TimeLimits"/>.</param>
    /// <param name="clock">The clock; null for the clock of this process.</param>
    public Deadline(TimeSpan limit, WorkClock? clock = null)
    {
        (_limit, _clock) = (limit, clock ?? WorkClock.Instance);
        _end = _clock.Elapsed + limit;
    }

    /// <summary>The remaining wall-clock time at the current speed; zero or negative when the time is up.</summary>
    public TimeSpan Left => (_end - _clock.Elapsed) * _clock.Slowness;

    /// <summary>Waits for the task.</summary>
    /// <exception cref="TimeoutException">The task did not finish in time.</exception>
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
                // The work clock may have slowed down meanwhile, so check again.
            }
        }

        await task;
    }

    /// <summary>The limit as text, for example `90 s`, with a note if the machine is slow.</summary>
    public override string ToString()
        => _clock.Slowness > 1.05 ? $"{_limit.TotalSeconds:0} s (extended, because this machine is {_clock.Slowness:0.0} times slower than usual)" : $"{_limit.TotalSeconds:0} s";
}
