namespace Stiefel.Attach.Agent;

/// <summary>
/// Bounds the size of a request, so that a full queue is answered long before the kernel gives up its first request. The kernel has up to 128
/// requests under way and counts the time of each from when it was sent: 128 of 512 KiB are 64 MiB, which take 16 s on a cable that carries 4 MB/s,
/// while the kernel waits for 5 s. On such a cable smaller requests cost nothing; on a fast one large requests save both ends work. So the size starts
/// small enough for a slow cable, and grows as soon as the cable was seen to carry more.
///
/// Any load can show that the cable carries more. Only a full queue of large requests shows that it carries less. Either must be seen twice in a row,
/// because data that was delayed somewhere arrives in a burst.
/// </summary>
internal sealed class RequestPace
{
    /// <summary>The number of requests that the kernel has under way on a connection, by default (drivers/block/nbd.c).</summary>
    internal const int RequestsAtOnce = 128;

    /// <summary>The largest size. Larger is not faster, and the server reads more than its reply buffer twice, to check first that it can be read.</summary>
    internal const int LargestKibibytes = 512;

    /// <summary>The smallest size: a full queue is 1 MiB. On a cable that carries less than a quarter of that per second, <see cref="RequestPatience"/> helps.</summary>
    internal const int SmallestKibibytes = 8;

    // The cable's speed that is assumed at first. It gives requests of 32 KiB, or 4 MiB at once, which even a cable of 1 MB/s carries in time.
    private const long AssumedBytesPerSecond = 4 << 20;

    // This many requests under way count as a queue.
    private const int Queued = RequestsAtOnce / 4;

    private static readonly TimeSpan s_longestQueue = TimeSpan.FromSeconds(1.25);

    private readonly double _seconds;
    private readonly int _largest;
    private long _rateBefore;
    private long _queuedRateBefore = long.MaxValue;

    /// <param name="requestTimeout">The time for which the kernel waits for an answer.</param>
    /// <param name="largestKibibytes">The largest request that the server takes, in KiB.</param>
    internal RequestPace(TimeSpan requestTimeout, int largestKibibytes)
    {
        _seconds = Math.Min(requestTimeout.TotalSeconds / 4, s_longestQueue.TotalSeconds);
        _largest = Math.Min(largestKibibytes, LargestKibibytes);
        Kibibytes = SizeAt(AssumedBytesPerSecond);
    }

    /// <summary>The bound for a request's size now, in KiB.</summary>
    internal int Kibibytes { get; private set; }

    /// <summary>Takes the device's work in a window of time; true if the bound has changed.</summary>
    internal bool Observe(QueueWindow window)
    {
        var rate = (long)(window.Bytes / window.Length.TotalSeconds);
        var queuedRate = IsQueueOfLarge(window) ? rate : long.MaxValue;
        var more = SizeAt(Math.Min(rate, _rateBefore));

        // Ignore a slightly lower rate, so that the size does not go up and down.
        var less = Math.Max(queuedRate, _queuedRateBefore) is var slow and < long.MaxValue ? SizeAt(slow + (slow / 4)) : Kibibytes;
        (_rateBefore, _queuedRateBefore) = (rate, queuedRate);
        var before = Kibibytes;
        Kibibytes = more > before ? more : Math.Min(before, less);
        return Kibibytes != before;
    }

    private bool IsQueueOfLarge(QueueWindow window) =>
        window.UnderWay >= Queued && window.Requests > 0 && window.Bytes / window.Requests >= Kibibytes * 1024L / 2;

    /// <summary>The largest power of two at which a full queue is answered in time.</summary>
    private int SizeAt(long bytesPerSecond)
    {
        var kibibytes = bytesPerSecond * _seconds / RequestsAtOnce / 1024;
        var size = SmallestKibibytes;
        while (size * 2 <= kibibytes && size < LargestKibibytes)
        {
            size *= 2;
        }

        return Math.Min(size, _largest);
    }
}

/// <summary>A block device's work in a window of time.</summary>
/// <param name="Length">The window's length.</param>
/// <param name="Bytes">The bytes read and written.</param>
/// <param name="Requests">The number of requests answered.</param>
/// <param name="UnderWay">The number of requests not answered yet at its end.</param>
internal readonly record struct QueueWindow(TimeSpan Length, long Bytes, long Requests, int UnderWay);
