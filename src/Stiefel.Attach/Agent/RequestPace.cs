namespace Stiefel.Attach.Agent;

/// <summary>
/// How large a request may be, so that all that the kernel asks for at once has come and gone long before it gives the first up. The kernel has up
/// to 128 requests under way, and counts the time of each from when it was sent: 128 of 512 KiB are 64 MiB, on a cable that carries 4 MB/s
/// 16 s, where it waits for 5. On such a cable a smaller request costs nothing; on a fast one a large request saves both ends work. So
/// they begin as is right for a slow cable, and grow as soon as more was seen to come through.
///
/// That more comes through shows in any load; that less does, only where the kernel waits for large requests. Both must show twice, since what was
/// held up somewhere comes in a heap.
/// </summary>
internal sealed class RequestPace
{
    /// <summary>The kernel's default, for each connection (drivers/block/nbd.c).</summary>
    internal const int RequestsAtOnce = 128;

    /// <summary>Larger is not faster, and this fits the server's buffer for a simple reply; a larger read it does twice, to see first that it can be read.</summary>
    internal const int LargestKibibytes = 512;

    /// <summary>1 MiB at once. On a cable that carries less than a quarter of that in a second it is for <see cref="RequestPatience"/> to help.</summary>
    internal const int SmallestKibibytes = 8;

    // Nothing is known yet: 32 KiB, 4 MiB at once, which a cable that carries 1 MB/s bears.
    private const long AssumedBytesPerSecond = 4 << 20;

    // As many requests under way are a queue.
    private const int Queued = RequestsAtOnce / 4;

    private static readonly TimeSpan s_longestQueue = TimeSpan.FromSeconds(1.25);

    private readonly double _seconds;
    private readonly int _largest;
    private long _rateBefore;
    private long _queuedRateBefore = long.MaxValue;

    /// <param name="requestTimeout">How long the kernel waits for an answer.</param>
    /// <param name="largestKibibytes">What the server takes.</param>
    internal RequestPace(TimeSpan requestTimeout, int largestKibibytes)
    {
        _seconds = Math.Min(requestTimeout.TotalSeconds / 4, s_longestQueue.TotalSeconds);
        _largest = Math.Min(largestKibibytes, LargestKibibytes);
        Kibibytes = SizeAt(AssumedBytesPerSecond);
    }

    /// <summary>The largest request there should be now.</summary>
    internal int Kibibytes { get; private set; }

    /// <summary>Hears what the device did in a piece of time; true if the size is another now.</summary>
    internal bool Observe(QueueWindow window)
    {
        var rate = (long)(window.Bytes / window.Length.TotalSeconds);
        var queuedRate = IsQueueOfLarge(window) ? rate : long.MaxValue;
        var more = SizeAt(Math.Min(rate, _rateBefore));

        // A little less does not count, or it would go up and down.
        var less = Math.Max(queuedRate, _queuedRateBefore) is var slow and < long.MaxValue ? SizeAt(slow + (slow / 4)) : Kibibytes;
        (_rateBefore, _queuedRateBefore) = (rate, queuedRate);
        var before = Kibibytes;
        Kibibytes = more > before ? more : Math.Min(before, less);
        return Kibibytes != before;
    }

    private bool IsQueueOfLarge(QueueWindow window) =>
        window.UnderWay >= Queued && window.Requests > 0 && window.Bytes / window.Requests >= Kibibytes * 1024L / 2;

    /// <summary>The largest power of two at which a full queue is over in time.</summary>
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

/// <summary>What a block device did in a piece of time.</summary>
/// <param name="Length">How long that was.</param>
/// <param name="Bytes">Read and written.</param>
/// <param name="Requests">Answered, whose bytes these are.</param>
/// <param name="UnderWay">Requests that were not answered yet at its end.</param>
internal readonly record struct QueueWindow(TimeSpan Length, long Bytes, long Requests, int UnderWay);
