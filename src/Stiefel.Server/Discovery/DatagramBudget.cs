namespace Stiefel.Server.Discovery;

/// <summary>
/// How many datagrams are looked at. Beyond it they are left to the kernel, whose full queue drops the rest for nothing;
/// a desktop that searches asks again.
/// </summary>
public sealed class DatagramBudget(TimeProvider time)
{
    /// <summary>Looking at one costs a MAC per key, some microseconds.</summary>
    public const int PerSecond = 1000;

    public const int Burst = 200;

    private double _left = Burst;
    private long _last = time.GetTimestamp();

    /// <summary>Takes one; false if there is none left now.</summary>
    public bool TryTake()
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
