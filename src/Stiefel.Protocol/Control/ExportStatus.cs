namespace Stiefel.Protocol.Control;

/// <summary>An export of the block server.</summary>
/// <param name="Label">The export's name in log and status; never the capability.</param>
/// <param name="Name">The name that clients ask for; null where that is a capability.</param>
/// <param name="Session">The session that the export was granted to; null for an open export.</param>
/// <param name="Bytes">Size in bytes; null while the disk is closed.</param>
/// <param name="ReadOnly">True if writes are refused.</param>
/// <param name="Snapshot">True if writes are discarded when the session ends.</param>
/// <param name="Connections">Number of connections that use the export now.</param>
public sealed record ExportStatus(string Label, string? Name, string? Session, long? Bytes, bool ReadOnly, bool Snapshot, int Connections);
