using Stiefel.Nbd.Devices;

namespace Stiefel.Server.Grants;

/// <summary>What a desktop was granted.</summary>
/// <param name="Record">To whom, and how.</param>
/// <param name="Export">The open disk; null while it is closed.</param>
public sealed record GrantedExport(GrantRecord Record, NbdExport? Export);
