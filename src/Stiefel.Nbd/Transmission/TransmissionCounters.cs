namespace Stiefel.Nbd.Transmission;

/// <summary>Counts the work of one connection; written by its own thread, read by any.</summary>
internal sealed class TransmissionCounters
{
    // A look at the clock costs as much as a hundredth of a small read; one in eight tells as much.
    private const long TimedInterval = 8;

    private long _bytesIn;
    private long _bytesOut;
    private long _requests;
    private long _timedRequests;
    private long _timedTicks;

    /// <summary>Payload bytes written by the client.</summary>
    public long BytesIn => Volatile.Read(ref _bytesIn);

    /// <summary>Payload bytes read by the client.</summary>
    public long BytesOut => Volatile.Read(ref _bytesOut);

    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Requests of which it is known how long they took.</summary>
    public long TimedRequests => Volatile.Read(ref _timedRequests);

    /// <summary>How long those took together, in the unit of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
    public long TimedTicks => Volatile.Read(ref _timedTicks);

    /// <summary>The request that was added last is one of those that are timed.</summary>
    public bool IsTimed => _requests % TimedInterval == 1;

    public void AddIn(long bytes) => Volatile.Write(ref _bytesIn, _bytesIn + bytes);

    public void AddOut(long bytes) => Volatile.Write(ref _bytesOut, _bytesOut + bytes);

    public void AddRequest() => Volatile.Write(ref _requests, _requests + 1);

    public void AddTime(long ticks)
    {
        Volatile.Write(ref _timedTicks, _timedTicks + ticks);
        Volatile.Write(ref _timedRequests, _timedRequests + 1);
    }
}
