namespace Stiefel.Server.Grants;

/// <summary>
/// Records clean ends: the desktop unmounted the disk, everything that it wrote is on the medium, and it will not write again.
/// Services that act on a clean end subscribe here. Thread-safe.
/// </summary>
public sealed class CleanEnds(TimeProvider time, ILogger<CleanEnds> logger)
{
    /// <summary>Raised after a desktop ended cleanly and was sent the reply, on a connection's thread with no lock held; a handler must not block.</summary>
    public event Action<CleanEnd>? Ended;

    /// <summary>The last clean end since this server was started; null if there was none.</summary>
    public CleanEnd? Last { get; private set; }

    /// <summary>Records a clean end and calls the subscribers.</summary>
    public void Add(GrantRecord grant)
    {
        var end = new CleanEnd(grant.Session, grant.Desktop, grant.Key, grant.Snapshot, time.GetUtcNow());
        Last = end;
        logger.EndedCleanly(end.Session, end.Desktop);
        foreach (var handler in Ended?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<CleanEnd>)handler)(end);
            }
            catch (Exception e)
            {
                // A handler that fails must not stop the other handlers or the connection's thread.
                logger.EndNotHandled(e);
            }
        }
    }
}

/// <summary>A desktop that said goodbye.</summary>
/// <param name="Session">32 hexadecimal digits.</param>
/// <param name="Desktop">The desktop's address.</param>
/// <param name="Key">The name of the desktop's key.</param>
/// <param name="WasGuest">True if the desktop had a snapshot and never the disk itself.</param>
/// <param name="At">When the desktop ended.</param>
public sealed record CleanEnd(string Session, string Desktop, string Key, bool WasGuest, DateTimeOffset At);
