using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Devices;
using Stiefel.Server.Notices;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

/// <summary>
/// The means by which a desktop reaches the disk that it was granted: its tunnel, its capability, and its open connections.
/// A fence removes all of them. Used by one thread at a time.
/// </summary>
public sealed class DiskAccess(SessionExports exports, NbdServer server, ITunnels tunnels, DesktopNotices notices, ILogger<DiskAccess> logger)
{
    /// <summary>The capabilities of the connections that are open now.</summary>
    public IReadOnlySet<string> Connected => server.Connections.Select(connection => connection.ExportName).ToHashSet();

    /// <summary>True if the grant's desktop has a connection to the disk.</summary>
    public bool IsConnected(GrantRecord grant) => server.Connections.Any(connection => connection.ExportName == grant.ExportName);

    /// <summary>Makes this grant's capability the only valid one.</summary>
    public void Arm(GrantRecord grant, ExportAccess way) => exports.Arm(grant.ExportName, Telling(grant, way));

    /// <summary>Makes this grant's capability valid beside the others.</summary>
    public void ArmBeside(GrantRecord grant, ExportAccess way) => exports.ArmBeside(grant.ExportName, Telling(grant, way));

    /// <summary>Stops every capability from opening the disk; known capabilities stay known.</summary>
    public void Bar() => exports.Bar();

    /// <summary>Makes every capability unknown.</summary>
    public void Disarm() => exports.Disarm();

    /// <summary>Makes this grant's capability unknown.</summary>
    public void Disarm(GrantRecord grant) => exports.Disarm(grant.ExportName);

    /// <summary>Ends the grant's connections. When this returns, no request from them can reach the disk any more.</summary>
    public void Drop(GrantRecord grant)
    {
        var dropped = server.DropConnections(grant.ExportName);
        if (dropped > 0)
        {
            logger.Fenced(grant.Session, grant.Desktop, dropped);
        }
    }

    /// <summary>Chooses the keys and port of a new grant's tunnel. A desktop that asks again keeps its tunnel and port.</summary>
    /// <param name="request">The session that asks.</param>
    /// <param name="replaced">The grant whose tunnel is closed first; null for none.</param>
    public TunnelRecord? AssignTunnel(GrantRequest request, GrantRecord? replaced) =>
        replaced?.Tunnel is { } tunnel && tunnel with { Port = 0 } == request.Tunnel ? tunnel : tunnels.Assign(request.Tunnel, replaced?.ToTunnelUser());

    /// <summary>Removes the tunnels that an earlier server left, except that of the grant that is still honoured.</summary>
    public void RemoveOldTunnels(GrantRecord? honoured) => tunnels.RemoveLeftovers(honoured?.ToTunnelUser());

    /// <exception cref="IOException">The tunnel cannot be made.</exception>
    public void OpenTunnel(GrantRecord grant) => tunnels.Open(grant.ToTunnelUser());

    /// <summary>Opens the tunnel of a grant that holds again. A failure is only logged, because the desktop keeps trying either way.</summary>
    public void OpenTunnelAgain(GrantRecord grant)
    {
        try
        {
            tunnels.Open(grant.ToTunnelUser());
        }
        catch (IOException e)
        {
            logger.TunnelNotMade(e);
        }
    }

    /// <exception cref="IOException">The tunnel cannot be removed.</exception>
    public void CloseTunnel(GrantRecord grant) => tunnels.Close(grant.ToTunnelUser());

    /// <summary>Closes the grant's tunnel unless another grant uses the same one.</summary>
    /// <exception cref="IOException">The tunnel cannot be removed.</exception>
    public void CloseTunnelUnlessOf(GrantRecord? other, GrantRecord grant)
    {
        if (other?.Tunnel is null || other.Tunnel != grant.Tunnel)
        {
            CloseTunnel(grant);
        }
    }

    /// <summary>Closes the tunnel of a grant that is void in any case; a failure is only logged.</summary>
    public void CloseTunnelOfVoid(GrantRecord grant)
    {
        try
        {
            CloseTunnel(grant);
        }
        catch (IOException e)
        {
            logger.TunnelNotRemoved(e);
        }
    }

    private ExportAccess Telling(GrantRecord grant, ExportAccess way) => way with { Ask = question => notices.Answer(grant.Session, grant.GoodbyeKey, question) };

    /// <summary>Describes the granted disk for the reply to the desktop.</summary>
    public GrantedDisk Describe(GrantRecord grant, NbdExport export) => new(export, tunnels.PortOf(grant.ToTunnelUser()), grant.Tunnel?.ToGrant());
}
