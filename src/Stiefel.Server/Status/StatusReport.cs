using System.Net;
using System.Reflection;
using Stiefel.Nbd.Connections;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Control;
using Stiefel.Server.Configuration;
using Stiefel.Server.Desktops;
using Stiefel.Server.Grants;
using Stiefel.Server.Offers;
using Stiefel.Server.Return;
using Stiefel.Server.Sessions;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Status;

/// <summary>Collects the status. A server without a boot plane has no gate, offers or sessions.</summary>
public sealed class StatusReport(
    ServerOptions options, NbdServer nbd, TunnelTable tunnels, DesktopLog desktops, WayHome wayHome, TimeProvider time, IDiskGate? gate = null, BootOffers? offers = null, SessionTable? sessions = null)
{
    private static readonly string s_version = typeof(StatusReport).Assembly.GetName().Version?.ToString(3) ?? "";

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>The state of everything, at this moment.</summary>
    public StatusDocument Now()
    {
        var document = Collect();
        return document with { Headline = ServingHeadline.Of(document) };
    }

    private StatusDocument Collect() => new()
    {
        Laptop = options.Boot.Laptop,
        Version = s_version,
        StartedAt = _startedAt,
        Disk = new DiskStatus(options.Disk.Path ?? "", options.Disk.ReadOnly, gate?.State ?? DiskState.Open, gate?.Granted?.Session, gate?.Granted?.Since),
        Link = options.HasBootPlane ? Describe(options.Link) : null,
        Boot = offers is null ? null : Describe(offers),
        Return = wayHome.Status,
        Sessions = [.. (sessions?.Confirmed ?? []).Select(s => new SessionStatus(s.Id, s.KeyName, s.Peer.ToString(), s.Since))],
        Connections = [.. nbd.Connections.Select(c => new ConnectionStatus(Place(c.Remote), c.Label, c.BytesOut, c.BytesIn, c.Requests, c.Since))],
        Machines = desktops.Snapshot(),
    };

    private static LinkStatus Describe(PayloadLinkOptions link) => new(
        link.ToParameters().Protection, link.Protection == LinkProtection.None ? "everybody who reaches the link can read and change the disk while a desktop uses it" : null);

    // All desktops have the same address inside their tunnels; show the address outside.
    private string Place(EndPoint remote) => new IPEndPoint(tunnels.DesktopAt(remote), (remote as IPEndPoint)?.Port ?? 0).ToString();

    private static BootStatus Describe(BootOffers offers) => offers.Latest is { Manifest: var manifest }
        ? new BootStatus(manifest.Title, manifest.KernelRelease, manifest.Kernel.Size, manifest.Initrd.Size, manifest.DriversAvailable, offers.Problem)
        {
            Decided = offers.Report.Decided,
            Others = [.. (manifest.Menu?.Entries ?? []).Where(entry => entry.Id != manifest.Menu!.Chosen).Select(entry => entry.Title)],
            PassedOver = [.. offers.Report.PassedOver.Select(what => what.ToString())],
            OtherSystems = offers.Report.OtherSystems,
            Notes = offers.Report.Notes,
        }
        : new BootStatus(null, null, 0, 0, false, offers.Problem);
}
