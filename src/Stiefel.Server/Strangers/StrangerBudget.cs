namespace Stiefel.Server.Strangers;

/// <summary>
/// How much that strangers send is looked at. Datagrams beyond it are left to the kernel, whose full queue drops the rest for nothing; requests beyond it
/// wait for their answer, and with them the connection that could bring the next. Thread-safe.
/// </summary>
public sealed class StrangerBudget(TimeProvider time)
{
    /// <summary>Looking at one costs a MAC per key, some microseconds.</summary>
    public const int PerSecond = 1000;

    /// <summary>Requests that a stranger may make at once.</summary>
    public const int Burst = 200;

    private static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private double _left = Burst;
    private long _last = time.GetTimestamp();

    /// <summary>Takes one; false if there is none left now.</summary>
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

    /// <summary>Takes one, or makes wait: so that strangers' requests cannot take all of the processor.</summary>
    public Task TakeOrWaitAsync(CancellationToken token) => TryTake() ? Task.CompletedTask : Task.Delay(s_wait, time, token);
}
