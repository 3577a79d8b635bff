namespace Stiefel.Server.Grants;

/// <summary>The disk is not the one that was granted, or was changed since it was closed. The message says which.</summary>
public sealed class OtherMediumException(string message) : IOException(message);
