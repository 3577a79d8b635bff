using Stiefel.Nbd.Devices;

namespace Stiefel.Server.Grants;

/// <summary>A grant and the export behind it.</summary>
/// <param name="Record">The grant.</param>
/// <param name="Export">The open disk; null while it is closed.</param>
public sealed record GrantedExport(GrantRecord Record, NbdExport? Export);
