namespace Stiefel.Server.Grants;

/// <summary>
/// Which desktops ended cleanly: they unmounted the disk, all that they wrote is on the medium, and they will not write again. What
/// follows from that subscribes here. Thread-safe.
/// </summary>
public sealed class CleanEnds(TimeProvider time, ILogger<CleanEnds> logger)
{
    /// <summary>A desktop ended cleanly, and its answer has left. Raised on a connection's thread, with no lock held; a handler must not block.</summary>
    public event Action<CleanEnd>? Ended;

    /// <summary>The last one since this server was started; null if there was none.</summary>
    public CleanEnd? Last { get; private set; }

    /// <summary>One ended cleanly.</summary>
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
                // One that fails takes neither the others along nor the connection's thread.
                logger.EndNotHandled(e);
            }
        }
    }
}

/// <summary>A desktop that said goodbye.</summary>
/// <param name="Session">32 hexadecimal digits.</param>
/// <param name="Desktop">Its address.</param>
/// <param name="Key">What its key is called.</param>
/// <param name="WasGuest">It had a snapshot; the disk itself was never its own.</param>
/// <param name="At">When.</param>
public sealed record CleanEnd(string Session, string Desktop, string Key, bool WasGuest, DateTimeOffset At);
