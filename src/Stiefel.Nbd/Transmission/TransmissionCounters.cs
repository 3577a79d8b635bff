namespace Stiefel.Nbd.Transmission;

/// <summary>Counts the work of one connection; written by its own thread, read by any.</summary>
internal sealed class TransmissionCounters
{
    private long _bytesIn;
    private long _bytesOut;
    private long _requests;

    /// <summary>Payload bytes written by the client.</summary>
    public long BytesIn => Volatile.Read(ref _bytesIn);

    /// <summary>Payload bytes read by the client.</summary>
    public long BytesOut => Volatile.Read(ref _bytesOut);

    public long Requests => Volatile.Read(ref _requests);

    public void AddIn(long bytes) => Volatile.Write(ref _bytesIn, _bytesIn + bytes);

    public void AddOut(long bytes) => Volatile.Write(ref _bytesOut, _bytesOut + bytes);

    public void AddRequest() => Volatile.Write(ref _requests, _requests + 1);
}
