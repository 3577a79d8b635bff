namespace Stiefel.Server.Grants;

/// <summary>Somebody has the disk: another desktop, or something on this machine. The message says who, and what to do.</summary>
public sealed class DiskInUseException(string message, Exception? inner = null) : Exception(message, inner);
