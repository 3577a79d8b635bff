namespace Stiefel.Server.Boot;

/// <summary>Somebody has the disk: another desktop, or something on this machine. The message says who, and what to do.</summary>
public sealed class DiskInUseException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Nothing is known of the use but that it is, so it may be over in a moment.</summary>
    public bool MayPass { get; init; }
}
