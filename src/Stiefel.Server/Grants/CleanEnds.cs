namespace Stiefel.Server.Grants;

/// <summary>Records clean ends: the desktop unmounted the disk, everything that it wrote is on the medium, and it will not write again. Thread-safe.</summary>
public sealed class CleanEnds(TimeProvider time, ILogger<CleanEnds> logger)
{
    /// <summary>The last clean end since this server was started; null if there was none.</summary>
    public CleanEnd? Last { get; private set; }

    /// <summary>Records a clean end.</summary>
    public void Add(GrantRecord grant)
    {
        var end = new CleanEnd(grant.Session, grant.Desktop, grant.Key, grant.Snapshot, time.GetUtcNow());
        Last = end;
        logger.EndedCleanly(end.Session, end.Desktop);
    }
}

/// <summary>A desktop that said goodbye.</summary>
/// <param name="Session">32 hexadecimal digits.</param>
/// <param name="Desktop">The desktop's address.</param>
/// <param name="Key">The name of the desktop's key.</param>
/// <param name="WasGuest">True if the desktop had a snapshot and never the disk itself.</param>
/// <param name="At">When the desktop ended.</param>
public sealed record CleanEnd(string Session, string Desktop, string Key, bool WasGuest, DateTimeOffset At);
