namespace Stiefel.Nbd.Devices;

/// <summary>
/// What the connections to one export have in common, from its first to its last, also while its device is closed and opened anew: which
/// generation of them is the newest, and whether all that they wrote was flushed. Thread-safe.
/// </summary>
public sealed class ExportSession
{
    private readonly Lock _lock = new();
    private ulong _newest;
    private long _lastHeard;
    private long _newestUnnumbered;

    // Rises when a write begins, and when it ends.
    private long _writes;
    private long _flushedAt = -1;

    /// <summary>When its client was last heard of, <see cref="Environment.TickCount64"/>; 0 if never.</summary>
    public long LastHeard => Volatile.Read(ref _lastHeard);

    /// <summary>
    /// A flush was the last of what changes the medium, and succeeded. False as long as none did: what was written before a server was
    /// started anew, nobody knows.
    /// </summary>
    public bool IsFlushed
    {
        get
        {
            lock (_lock)
            {
                return _flushedAt == _writes;
            }
        }
    }

    /// <summary>A goodbye takes a number above those of all connections and goodbyes before. False if this one is not: it is old, or a recording.</summary>
    public bool TryEnd(ulong number)
    {
        lock (_lock)
        {
            if (number <= _newest)
            {
                return false;
            }

            _newest = number;
            return true;
        }
    }

    /// <summary>
    /// A connection may get in if none of a newer generation ever did. Those of clients that count no generations, number 0, are each one of
    /// their own, in the order in which they were accepted; and all of them are older than any that has a number.
    /// </summary>
    /// <param name="generation">0 for none.</param>
    /// <param name="id">Rises with every connection that is accepted.</param>
    internal bool TryEnter(ulong generation, long id)
    {
        lock (_lock)
        {
            if (generation < _newest || (generation == 0 && id < _newestUnnumbered))
            {
                return false;
            }

            MarkHeard();
            _newest = generation;
            _newestUnnumbered = Math.Max(_newestUnnumbered, id);
            return true;
        }
    }

    /// <summary>Its client asked for something just now.</summary>
    internal void MarkHeard() => Volatile.Write(ref _lastHeard, Environment.TickCount64);

    /// <summary>Something that changes the medium begins, or ends: a flush that overlaps with it covers it not.</summary>
    internal void MarkWrite()
    {
        lock (_lock)
        {
            _writes++;
        }
    }

    /// <summary>What a flush that begins now will cover.</summary>
    internal long BeginFlush()
    {
        lock (_lock)
        {
            return _writes;
        }
    }

    /// <summary>It succeeded.</summary>
    internal void EndFlush(long covered)
    {
        lock (_lock)
        {
            _flushedAt = Math.Max(_flushedAt, covered);
        }
    }
}
