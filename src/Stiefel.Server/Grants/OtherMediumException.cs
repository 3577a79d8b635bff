namespace Stiefel.Server.Grants;

/// <summary>Under the disk's name stands another disk than the one that was granted, or it is not as it was left. The message says which.</summary>
public sealed class OtherMediumException(string message) : IOException(message);
