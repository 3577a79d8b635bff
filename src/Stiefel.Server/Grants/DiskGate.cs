using System.Net;
using Stiefel.BootFiles.Catalog;
using Stiefel.BootFiles.Disk;
using Stiefel.Linux.Kernel;
using Stiefel.Nbd.Connections;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Control;
using Stiefel.Server.BootPlane;
using Stiefel.Server.BootReading;
using Stiefel.Server.Keys;
using Stiefel.Server.State;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

/// <summary>
/// Who may have the disk. It is either read for boot or granted, never both: the page caches of a partition and of the whole
/// disk are different caches, and a file system read under another's writes is garbage.
///
/// A grant is a capability; it stays valid until another desktop is granted the disk. The open disk behind it may be closed
/// meanwhile, if nobody is connected, to read boot files; the capability's next use ends that reading and opens it again.
///
/// A disk that is served as snapshots is never written: it is read for boot and granted at once, to many. See <see cref="SnapshotGuests"/>.
/// </summary>
public sealed partial class DiskGate : IAsyncDisposable
{
    // One change of state at a time. Everything below is changed only by its holder.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ServedDisk _disk;
    private readonly SharedBootFiles _bootFiles;
    private readonly SessionExports _exports;
    private readonly NbdServer _server;
    private readonly StateFile<GrantRecord> _state;
    private readonly KeyRing _keys;
    private readonly ITunnels _tunnels;
    private readonly TunnelTable _table;
    private readonly DesktopPresence _presence;
    private readonly ILogger<DiskGate> _logger;
    private readonly SnapshotGuests? _guests;
    private Grant? _grant;

    public DiskGate(ServedDisk disk, SharedBootFiles bootFiles, SessionExports exports, NbdServer server, StateFile<GrantRecord> state, KeyRing keys,
        ITunnels tunnels, TunnelTable table, DesktopPresence presence, ILogger<DiskGate> logger)
    {
        _disk = disk;
        _bootFiles = bootFiles;
        _exports = exports;
        _server = server;
        _state = state;
        _keys = keys;
        _tunnels = tunnels;
        _table = table;
        _presence = presence;
        _logger = logger;
        _guests = disk.IsSnapshot ? new SnapshotGuests(disk, exports, server, tunnels, logger) : null;
    }

    /// <summary>What the disk is used for now.</summary>
    public DiskState State => _grant switch
    {
        _ when _guests is { Newest: not null } => DiskState.Granted,
        { Export: not null } => DiskState.Granted,
        _ when _disk.HoldsBootFiles && _bootFiles.IsOpen => DiskState.ReadForBoot,
        { IsVoid: false } => DiskState.Waiting,
        _ => DiskState.Idle,
    };

    /// <summary>Rises whenever a desktop may begin to change the boot files.</summary>
    public int Generation { get; private set; }

    /// <summary>Who was granted the disk last; null if nobody.</summary>
    public GrantRecord? Granted => _guests?.Newest ?? (_grant is { IsVoid: false } grant ? grant.Record : null);

    /// <summary>Honours the grant of a server that ran before this one, and no older one.</summary>
    public void Restore()
    {
        try
        {
            var record = ReadHonoured();
            _tunnels.RemoveLeftovers(record?.ToTunnelUser());
            if (record is null)
            {
                return;
            }

            _grant = new Grant(record);
            _presence.Begin(_grant.Label, wasConnected: true);
            _exports.Arm(record.ExportName, OpenOf(_grant));
            _tunnels.Open(record.ToTunnelUser());
            _logger.GrantRestored(record.Session, record.Desktop);
            Open(_grant);
        }
        catch (OtherMediumException e)
        {
            Void(_grant!, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DiskInUseException)
        {
            // The capability stays; its desktop's next attempt opens the disk or is refused with the reason in the log.
            _logger.GrantNotRestored(e);
        }
    }

    private GrantRecord? ReadHonoured()
    {
        if (_state.Read() is not { } record)
        {
            return null;
        }

        if (record.Snapshot)
        {
            // What the desktop has written is gone with the server that kept it: it must not go on with the disk from before.
            _logger.SnapshotIsGone(record.Session, record.Desktop);
            _state.Delete();
            return null;
        }

        if (record.Boot != BootIdentity.Read() || record.Medium.Length == 0)
        {
            // A desktop resends what was not acknowledged, not what was and had not reached the medium when the machine went down.
            _logger.GrantOfOtherBoot(record.Session);
            _state.Delete();
            return null;
        }

        if (record.Disk != _disk.Name || record.ReadOnly != _disk.IsReadOnly || _disk.IsSnapshot)
        {
            // Not even if that disk is served again: it may have been changed meanwhile, and a desktop must not go on with what it was.
            _logger.GrantOfOtherDisk(record.Session, record.Disk);
            _state.Delete();
            return null;
        }

        if (record.Tunnel is null == _tunnels.AreUsed)
        {
            _logger.GrantOfOtherProtection(record.Session);
            _state.Delete();
            return null;
        }

        if (!_keys.Accepts(record.KeyId))
        {
            _logger.GrantOfRevokedKey(record.Session, record.Key);
            _state.Delete();
            return null;
        }

        return record;
    }

    /// <summary>Lets somebody read the boot files.</summary>
    /// <param name="reader">The desktop that asks; null for the server itself, which ends nothing for it.</param>
    /// <param name="token">Ends the wait.</param>
    /// <exception cref="DiskInUseException">Another desktop is connected to the disk, or may come back to it.</exception>
    /// <exception cref="BootCatalogException">There are no boot files.</exception>
    /// <exception cref="BootLockedException">They are closed, and take a passphrase.</exception>
    public Task<BootFilesLease> ReadAsync(BootReader? reader, CancellationToken token) => ReadAsync(reader, _bootFiles.BorrowAsync, token);

    /// <summary>Lets somebody read encrypted boot files who knows their passphrase.</summary>
    /// <exception cref="DiskInUseException">Another desktop is connected to the disk.</exception>
    /// <exception cref="BootCatalogException">There are no boot files.</exception>
    /// <exception cref="BootLockedException">It is wrong.</exception>
    public Task<BootFilesLease> UnlockAsync(BootReader reader, ReadOnlyMemory<byte> passphrase, CancellationToken token) =>
        ReadAsync(reader, stop => _bootFiles.UnlockAsync(passphrase, stop), token);

    private async Task<BootFilesLease> ReadAsync(BootReader? reader, Func<CancellationToken, Task<BootFilesLease>> borrowAsync, CancellationToken token)
    {
        await _turn.WaitAsync(token);
        try
        {
            _guests?.OpenBase();
            if (_disk.HoldsBootFiles && _grant is { Export: not null } grant)
            {
                if (reader is null)
                {
                    throw new DiskInUseException($"a desktop at {grant.Record.Desktop} has the disk");
                }

                RefuseIfUsed(grant, reader.Peer, reader.Session);
                try
                {
                    Fence(grant);
                }
                finally
                {
                    _exports.Arm(grant.Record.ExportName, OpenOf(grant));
                }
            }

            return await borrowAsync(token);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives the disk to a session, and to nobody else: fences the desktop before, closes the boot files, opens the disk, arms the capability.</summary>
    /// <exception cref="DiskInUseException">Another desktop is connected, or may come back, and is not to be ended; or this machine uses the disk.</exception>
    public async Task<GrantedDisk> GrantAsync(GrantRequest request, CancellationToken token)
    {
        await _turn.WaitAsync(token);
        try
        {
            RefuseIfEnded(request, token);
            if (_guests is not null)
            {
                return GrantSnapshot(_guests, request);
            }

            var previous = _grant;
            if (previous is { IsVoid: false } && previous.Record.Session != request.Session && !request.TakeOver)
            {
                RefuseIfUsed(previous, request.Peer, request.Session);
            }

            var grant = new Grant(new GrantRecord(
                request.Session, request.ExportName, request.Peer.ToString(), _disk.Name, _disk.IsReadOnly, DateTimeOffset.UtcNow, Snapshot: false,
                request.Key, request.KeyId, AssignTunnel(previous, request), Boot: BootIdentity.Read()));
            await ReplaceAsync(previous, grant);
            _grant = grant;
            _presence.Begin(grant.Label, wasConnected: false);
            _exports.Arm(request.ExportName, OpenOf(grant));
            return new GrantedDisk(grant.Export!, _tunnels.PortOf(grant.Record.ToTunnelUser()), grant.Record.Tunnel?.ToGrant());
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes the disk from whoever has it, if it is one of those: connections end, and the capability is void, also for a server that starts later.</summary>
    /// <returns>What was ended; null if nothing was.</returns>
    public async Task<GrantRecord?> EndAsync(Predicate<GrantRecord> which)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            if (_guests?.End(which) is { } guest)
            {
                return guest;
            }

            if (_grant is not { } grant || !which(grant.Record))
            {
                return null;
            }

            Fence(grant);
            _exports.Disarm();
            grant.IsVoid = true;

            // First of what may fail: a server that starts later must not honour it again. Whoever tries again finds it here.
            _state.Delete();
            _tunnels.Close(grant.Record.ToTunnelUser());
            _grant = null;
            return grant.Record;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes what was written durable and closes the disk; the capability stays in the state directory.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            // To flush takes time. Who asks meanwhile must not think that its capability is void: the next server honours it.
            _exports.Bar();
            _guests?.Dispose();
            if (_grant is { } grant)
            {
                Close(grant);
                _grant = null;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private GrantedDisk GrantSnapshot(SnapshotGuests guests, GrantRequest request)
    {
        var granted = guests.Admit(request);

        // For a server that starts later, which must not take this capability for one of the disk itself.
        _state.Write(guests.Newest!);
        return granted;
    }

    /// <summary>
    /// Ends the desktop's connections and closes the disk. When this returns, nothing of it can reach the disk any more. Its capability stays
    /// known and opens nothing until the caller says what becomes of it.
    /// </summary>
    private void Fence(Grant grant)
    {
        _exports.Bar();
        var dropped = _server.DropConnections(grant.Record.ExportName);
        if (dropped > 0)
        {
            _logger.Fenced(grant.Record.Session, grant.Record.Desktop, dropped);
        }

        Close(grant);
    }

    private Task CloseBootFilesAsync() => _disk.HoldsBootFiles ? _bootFiles.CloseAsync() : Task.CompletedTask;

    // A turn is given also to one whose session, or whose key, was ended while it waited for it; whoever ends one from here on waits for this turn.
    private void RefuseIfEnded(GrantRequest request, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        if (!_keys.Accepts(request.KeyId))
        {
            throw new RefusalException(new Refusal(RefusalCodes.Failed, $"the key {request.Key} is accepted no more"));
        }
    }

    // A desktop that starts again at the same address is not at work any more, whatever its old connection says.
    private void RefuseIfUsed(Grant grant, IPAddress peer, string session)
    {
        foreach (var connection in _server.Connections.Where(connection => connection.ExportName == grant.Record.ExportName))
        {
            var remote = _table.DesktopAt(connection.Remote);
            if (IPAddress.IsLoopback(remote) || !remote.Equals(peer))
            {
                throw new DiskInUseException($"the disk is in use by the desktop with the key {grant.Record.Key} at {remote} since {grant.Record.Since:u} (session {grant.Record.Session[..8]}): " +
                    "shut that desktop down, or take the disk over");
            }
        }

        if (grant.Record.Session == session)
        {
            return;
        }

        var isSame = IPAddress.TryParse(grant.Record.Desktop, out var address) && address.Equals(peer) && !IPAddress.IsLoopback(peer);
        if (!isSame && _presence.WhatItMayDo() is { } use)
        {
            throw new DiskInUseException($"the disk is in use by the desktop with the key {grant.Record.Key} at {grant.Record.Desktop} since {grant.Record.Since:u} (session {grant.Record.Session[..8]}), which {use}: " +
                "wait for that, or take the disk over if that desktop is switched off");
        }
    }
}
