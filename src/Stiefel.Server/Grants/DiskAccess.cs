using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Devices;
using Stiefel.Server.Notices;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

/// <summary>
/// What leads a desktop to the disk that it was granted: its tunnel, the capability, and the connections that used it.
/// A fence takes all of them away. Used by one thread at a time.
/// </summary>
public sealed class DiskAccess(SessionExports exports, NbdServer server, ITunnels tunnels, DesktopNotices notices, ILogger<DiskAccess> logger)
{
    /// <summary>The capabilities of the connections that there are now.</summary>
    public IReadOnlySet<string> Connected => server.Connections.Select(connection => connection.ExportName).ToHashSet();

    /// <summary>Its desktop has a connection to the disk.</summary>
    public bool IsConnected(GrantRecord grant) => server.Connections.Any(connection => connection.ExportName == grant.ExportName);

    /// <summary>From now on this grant's capability is the only one.</summary>
    public void Arm(GrantRecord grant, ExportAccess way) => exports.Arm(grant.ExportName, Telling(grant, way));

    /// <summary>From now on this grant's capability is one as well.</summary>
    public void ArmBeside(GrantRecord grant, ExportAccess way) => exports.ArmBeside(grant.ExportName, Telling(grant, way));

    /// <summary>From now on no capability opens anything; those that are known stay so.</summary>
    public void Bar() => exports.Bar();

    /// <summary>From now on nothing is an export.</summary>
    public void Disarm() => exports.Disarm();

    /// <summary>From now on this grant's capability is none.</summary>
    public void Disarm(GrantRecord grant) => exports.Disarm(grant.ExportName);

    /// <summary>Ends the grant's connections. When this returns, nothing of theirs can reach the disk any more.</summary>
    public void Drop(GrantRecord grant)
    {
        var dropped = server.DropConnections(grant.ExportName);
        if (dropped > 0)
        {
            logger.Fenced(grant.Session, grant.Desktop, dropped);
        }
    }

    /// <summary>The keys and port of a new grant's tunnel. A desktop that asks again keeps its tunnel, and with it the port.</summary>
    /// <param name="request">The session that asks.</param>
    /// <param name="replaced">The grant whose tunnel is closed before; null for none.</param>
    public TunnelRecord? AssignTunnel(GrantRequest request, GrantRecord? replaced) =>
        replaced?.Tunnel is { } tunnel && tunnel with { Port = 0 } == request.Tunnel ? tunnel : tunnels.Assign(request.Tunnel, replaced?.ToTunnelUser());

    /// <summary>Removes the tunnels of a server that ran before, but for that of the grant that is honoured.</summary>
    public void RemoveOldTunnels(GrantRecord? honoured) => tunnels.RemoveLeftovers(honoured?.ToTunnelUser());

    /// <exception cref="IOException">It cannot be made.</exception>
    public void OpenTunnel(GrantRecord grant) => tunnels.Open(grant.ToTunnelUser());

    /// <summary>The same for a grant that holds again: its desktop waits, whether it can be made or not.</summary>
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

    /// <exception cref="IOException">It cannot be taken down.</exception>
    public void CloseTunnel(GrantRecord grant) => tunnels.Close(grant.ToTunnelUser());

    /// <summary>The same, unless another grant goes on in it.</summary>
    /// <exception cref="IOException">It cannot be taken down.</exception>
    public void CloseTunnelUnlessOf(GrantRecord? other, GrantRecord grant)
    {
        if (other?.Tunnel is null || other.Tunnel != grant.Tunnel)
        {
            CloseTunnel(grant);
        }
    }

    /// <summary>The same for a grant that is void in any case.</summary>
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

    /// <summary>What the desktop is told of its disk.</summary>
    public GrantedDisk Describe(GrantRecord grant, NbdExport export) => new(export, tunnels.PortOf(grant.ToTunnelUser()), grant.Tunnel?.ToGrant());
}
