namespace Stiefel.Server.Strangers;

/// <summary>
/// Limits how much of strangers' traffic is processed. Datagrams beyond it stay in the kernel, whose full queue drops the rest at no cost; requests beyond it
/// wait for their answer, which also holds up the next request of their connection. Thread-safe.
/// </summary>
public sealed class StrangerBudget(TimeProvider time)
{
    /// <summary>How many are processed in a second. Each costs one MAC per key, a few microseconds.</summary>
    public const int PerSecond = 1000;

    /// <summary>How many are processed at once after a pause.</summary>
    public const int Burst = 200;

    private static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private double _left = Burst;
    private long _last = time.GetTimestamp();

    /// <summary>Takes one from the budget; false if it is used up for now.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _left = Math.Min(Burst, _left + (time.GetElapsedTime(_last, now).TotalSeconds * PerSecond));
            _last = now;
            if (_left < 1)
            {
                return false;
            }

            _left--;
            return true;
        }
    }

    /// <summary>Takes one from the budget or waits, so that strangers' requests cannot use up the processor.</summary>
    public Task TakeOrWaitAsync(CancellationToken token) => TryTake() ? Task.CompletedTask : Task.Delay(s_wait, time, token);
}
