namespace Stiefel.Nbd.Devices;

/// <summary>
/// State shared by all connections to one export, which also outlives a closing and reopening of its device: the newest
/// generation of connections, and whether everything they wrote has been flushed. Thread-safe.
/// </summary>
public sealed class ExportSession
{
    private readonly Lock _lock = new();
    private ulong _newest;
    private long _lastHeard;
    private long _newestUnnumbered;

    // Incremented when a write begins and again when it ends.
    private long _writes;
    private long _flushedAt = -1;

    /// <summary>When the client last sent something, as <see cref="Environment.TickCount64"/> in milliseconds; 0 if never.</summary>
    public long LastHeard => Volatile.Read(ref _lastHeard);

    /// <summary>
    /// True if no write followed the last successful flush. False until the first flush, because a restarted server cannot know
    /// what was written before.
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

    /// <summary>Records a goodbye. False if its number is not higher than that of every earlier connection and goodbye: it is old, or a replay.</summary>
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
    /// Admits a connection unless one of a newer generation has ever been admitted. Each connection without a generation (number 0)
    /// counts as a generation of its own, in order of acceptance, and as older than any connection that has a number.
    /// </summary>
    /// <param name="generation">The connection's generation; 0 for none.</param>
    /// <param name="id">The connection's id, which rises with every accepted connection.</param>
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

    /// <summary>Notes that the client has just sent a request.</summary>
    internal void MarkHeard() => Volatile.Write(ref _lastHeard, Environment.TickCount64);

    /// <summary>Notes that a change of the medium begins or ends; a flush that overlaps with it does not cover it.</summary>
    internal void MarkWrite()
    {
        lock (_lock)
        {
            _writes++;
        }
    }

    /// <summary>Returns the point up to which a flush that begins now covers the writes.</summary>
    internal long BeginFlush()
    {
        lock (_lock)
        {
            return _writes;
        }
    }

    /// <summary>Notes that the flush which covers the writes up to this point succeeded.</summary>
    internal void EndFlush(long covered)
    {
        lock (_lock)
        {
            _flushedAt = Math.Max(_flushedAt, covered);
        }
    }
}
