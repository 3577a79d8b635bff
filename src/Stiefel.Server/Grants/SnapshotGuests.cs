using System.Net;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Devices.Snapshots;
using Stiefel.Nbd.Negotiation;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

/// <summary>
/// Desktops that each have a snapshot of the disk for themselves: they do not get into each other's way, and what one wrote vanishes
/// when its session ends. The disk stays open for reading from its first use on. Used by one thread at a time.
/// </summary>
internal sealed class SnapshotGuests(ServedDisk disk, SessionExports exports, NbdServer server, ITunnels tunnels, ILogger logger) : IDisposable
{
    // Each may hold as many changes as the settings allow.
    private const int MaxGuests = 64;

    private readonly List<Guest> _guests = [];
    private IBlockDevice? _base;

    /// <summary>Who was granted a snapshot last; null if nobody has one.</summary>
    public GrantRecord? Newest => _guests.Count > 0 ? _guests[^1].Record : null;

    /// <summary>From now on nobody may write the disk.</summary>
    /// <exception cref="DiskInUseException">Something on this machine uses it.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public IBlockDevice OpenBase() => _base ??= disk.OpenBase(disk.HoldsBootFiles);

    /// <summary>Gives a session a snapshot of its own; the same one if it asks again.</summary>
    /// <exception cref="DiskInUseException">There are too many, all of them connected, or something on this machine uses the disk.</exception>
    public GrantedDisk Admit(GrantRequest request)
    {
        if (_guests.Find(guest => guest.Record.Session == request.Session) is { } same)
        {
            return Describe(same);
        }

        // A desktop that starts again from the same address is not there any more, whatever its old connection says.
        if (!IPAddress.IsLoopback(request.Peer))
        {
            End(record => record.Desktop == request.Peer.ToString());
        }

        MakeRoom();
        var basis = OpenBase();
        var guest = Make(request, basis, tunnels.Assign(request.Tunnel, replaced: null));
        try
        {
            tunnels.Open(guest.Record.ToTunnelUser());
        }
        catch
        {
            guest.Export.Device.Dispose();
            throw;
        }

        _guests.Add(guest);
        exports.ArmBeside(request.ExportName, () => ExportLookup.Of(guest.Export));
        return Describe(guest);
    }

    /// <summary>Ends the connections of those guests, and forgets what they wrote.</summary>
    /// <returns>One of them; null if there was none.</returns>
    public GrantRecord? End(Predicate<GrantRecord> which)
    {
        var ended = _guests.FindAll(guest => which(guest.Record));
        ended.ForEach(End);
        return ended.Count > 0 ? ended[0].Record : null;
    }

    public void Dispose()
    {
        End(_ => true);
        _base?.Dispose();
    }

    private GrantedDisk Describe(Guest guest) => new(guest.Export, tunnels.PortOf(guest.Record.ToTunnelUser()), guest.Record.Tunnel?.ToGrant());

    private Guest Make(GrantRequest request, IBlockDevice basis, TunnelRecord? tunnel)
    {
        var record = new GrantRecord(
            request.Session, request.ExportName, request.Peer.ToString(), disk.Name, disk.IsReadOnly, DateTimeOffset.UtcNow, Snapshot: true, request.Key, request.KeyId, tunnel);
        var export = new NbdExport(request.ExportName, new SnapshotDevice(basis, disk.MakeOverlay(basis.Size)))
        {
            Label = $"session {request.Session[..8]}",
            Description = disk.Description,
            Sharing = ExportSharing.NewestConnectionOnly,
        };
        return new Guest(record, export);
    }

    private void MakeRoom()
    {
        if (_guests.Count < MaxGuests)
        {
            return;
        }

        var connected = server.Connections.Select(connection => connection.ExportName).ToHashSet();
        End(_guests.Find(guest => !connected.Contains(guest.Record.ExportName))
            ?? throw new DiskInUseException($"{MaxGuests} desktops use this disk, which is as many as may: shut one of them down"));
    }

    private void End(Guest guest)
    {
        exports.Disarm(guest.Record.ExportName);
        var dropped = server.DropConnections(guest.Record.ExportName);
        if (dropped > 0)
        {
            logger.Fenced(guest.Record.Session, guest.Record.Desktop, dropped);
        }

        tunnels.Close(guest.Record.ToTunnelUser());
        guest.Export.Device.Dispose();
        _guests.Remove(guest);
    }

    private sealed record Guest(GrantRecord Record, NbdExport Export);
}
