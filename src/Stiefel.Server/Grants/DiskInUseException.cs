namespace Stiefel.Server.Grants;

/// <summary>The disk is in use by another desktop or by something on this machine. The message says by whom and what to do.</summary>
public sealed class DiskInUseException(string message, Exception? inner = null) : Exception(message, inner);
