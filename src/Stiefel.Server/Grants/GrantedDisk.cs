using Stiefel.Nbd.Devices;
using Stiefel.Protocol.Boot;

namespace Stiefel.Server.Grants;

/// <summary>The disk as described to the desktop that was granted it.</summary>
/// <param name="Export">The open disk.</param>
/// <param name="NbdPort">The block server's TCP port.</param>
/// <param name="Tunnel">The laptop's end of the tunnel; null if there is none.</param>
public sealed record GrantedDisk(NbdExport Export, int NbdPort, TunnelGrant? Tunnel);
