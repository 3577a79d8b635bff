using Stiefel.Nbd.Devices;
using Stiefel.Protocol.Boot;

namespace Stiefel.Server.Grants;

/// <summary>What a desktop was given.</summary>
/// <param name="Export">The disk.</param>
/// <param name="NbdPort">The block server's TCP port.</param>
/// <param name="Tunnel">The laptop's end of the way to it; null if there is no tunnel.</param>
public sealed record GrantedDisk(NbdExport Export, int NbdPort, TunnelGrant? Tunnel);
