namespace Stiefel.Protocol.Control;

/// <summary>Something that the block server exports.</summary>
/// <param name="Label">What log and status call it; never the capability.</param>
/// <param name="Name">Under which clients ask for it; null where that is a capability.</param>
/// <param name="Session">The session that it was granted to; null for an open export.</param>
/// <param name="Bytes">Its size; null while the disk is closed.</param>
/// <param name="ReadOnly">Writes are refused.</param>
/// <param name="Snapshot">What is written vanishes.</param>
/// <param name="Connections">How many use it now.</param>
public sealed record ExportStatus(string Label, string? Name, string? Session, long? Bytes, bool ReadOnly, bool Snapshot, int Connections);
