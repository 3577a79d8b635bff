using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Devices.Snapshots;
using Stiefel.Nbd.Negotiation;
using Stiefel.Protocol.Control;
using Stiefel.Server.BootReading;

namespace Stiefel.Server.Grants;

/// <summary>
/// Grants each desktop a snapshot of its own, so that they do not disturb each other; its writes are discarded when its session
/// ends. The disk stays open for reading from its first use on and is never written; boot files may be read from it at the same time.
/// </summary>
public sealed class GuestGate(ServedDisk disk, SharedBootFiles bootFiles, GrantStore store, DiskAccess access, GrantAdmission admission, CleanEnds ends, ILogger<GuestGate> logger) : IDiskGate
{
    // Each guest may hold as many changes as Disk:Snapshot allows.
    private const int MaxGuests = 64;

    // Serializes changes of state: only the holder of this turn changes the fields below.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<Guest> _guests = [];
    private IBlockDevice? _base;
    private readonly Leaving _leaving = new();
    private volatile IReadOnlyList<GrantedExport> _exports = [];

    /// <inheritdoc/>
    public DiskState State => _exports.Count > 0 ? DiskState.Granted : disk.HoldsBootFiles && bootFiles.IsOpen ? DiskState.ReadForBoot : DiskState.Idle;

    /// <summary>Always 0: a snapshot's base is never written, so the boot files stay as they are.</summary>
    public int Generation => 0;

    /// <inheritdoc/>
    public GrantRecord? Granted => _exports is [.., var newest] ? newest.Record : null;

    /// <inheritdoc/>
    public IReadOnlyList<GrantedExport> Exports => _exports;

    /// <summary>Always false: a guest's writes are discarded anyway.</summary>
    public bool WasTakenAway => false;

    /// <summary>Honours no recorded grant: a snapshot's writes are gone with the server that kept them.</summary>
    public void Restore()
    {
        try
        {
            disk.FindKept();
            access.RemoveOldTunnels(store.ReadHonoured());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.GrantNotRestored(e);
        }
        finally
        {
            disk.ReleaseUnused();
        }
    }

    /// <inheritdoc/>
    public Task<BootFilesLease> ReadAsync(BootReader? reader, CancellationToken token) => ReadAsync(bootFiles.BorrowAsync, token);

    /// <inheritdoc/>
    public Task<BootFilesLease> UnlockAsync(BootReader reader, ReadOnlyMemory<byte> passphrase, CancellationToken token) =>
        ReadAsync(stop => bootFiles.UnlockAsync(passphrase, stop), token);

    /// <summary>Gives a session a snapshot of its own, and the same one if the session asks again.</summary>
    /// <exception cref="DiskInUseException">There are too many guests, all of them connected, or something on this machine uses the disk.</exception>
    /// <exception cref="IOException">The disk, the tunnel or the record of it failed.</exception>
    public async Task<GrantedDisk> GrantAsync(GrantRequest request, CancellationToken token)
    {
        await _turn.WaitAsync(token);
        try
        {
            _leaving.RefuseIfDecided();
            admission.RefuseIfEnded(request, token);
            var guest = _guests.Find(guest => guest.Record.Session == request.Session) ?? await AdmitAsync(request, token);
            GoodbyeRules.RefuseIfOver(guest.Record, request.Session);

            // Recorded so that a server that starts later does not take this capability for a grant of the disk itself.
            store.Write(_guests[^1].Record);
            return access.Describe(guest.Record, guest.Export);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<GrantRecord?> EndAsync(Predicate<GrantRecord> which)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            return End(which);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the session's grant whether it was used or not, because a guest's writes are discarded anyway.</summary>
    public async Task<bool> GiveBackAsync(string session) => await EndAsync(record => record.Session == session) is not null;

    /// <inheritdoc/>
    public async Task<GrantRecord?> CloseForGoodAsync(bool force)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            return _leaving.Decide(Granted, force);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends all guests and closes the disk.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            access.Bar();
            End(_ => true);
            _base?.Dispose();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<BootFilesLease> ReadAsync(Func<CancellationToken, Task<BootFilesLease>> borrowAsync, CancellationToken token)
    {
        await _turn.WaitAsync(token);
        try
        {
            _leaving.RefuseIfDecided();
            OpenBase();
            return await borrowAsync(token);
        }
        finally
        {
            _turn.Release();
        }
    }

    // From here on nothing may write the disk.
    private IBlockDevice OpenBase() => _base ??= disk.OpenBase(disk.HoldsBootFiles);

    private async Task<Guest> AdmitAsync(GrantRequest request, CancellationToken token)
    {
        foreach (var guest in _guests.ToArray())
        {
            // A guest's writes are discarded when its machine is restarted.
            if (await admission.WasStartedAnewAsync(guest.Record, () => guest.Export.Session.LastHeard, request.Asker, token))
            {
                End(guest);
            }
        }

        return Admit(request);
    }

    private Guest Admit(GrantRequest request)
    {
        MakeRoom();
        var guest = Make(request, OpenBase());
        try
        {
            access.OpenTunnel(guest.Record);
        }
        catch
        {
            guest.Export.Device.Dispose();
            throw;
        }

        _guests.Add(guest);
        Publish();
        access.ArmBeside(guest.Record, AccessOf(guest));
        return guest;
    }

    private Guest Make(GrantRequest request, IBlockDevice basis)
    {
        var record = new GrantRecord(
            request.Session, request.ExportName, request.Peer.ToString(), disk.Name, disk.IsReadOnly || request.ReadOnly, DateTimeOffset.UtcNow, Snapshot: true,
            request.Key, request.KeyId, access.AssignTunnel(request, replaced: null), GoodbyeKey: request.GoodbyeKey,
            Hardware: request.Asker.Machine, HardwareBoot: request.Asker.Boot);
        var export = new NbdExport(request.ExportName, new SnapshotDevice(basis, disk.MakeOverlay(basis.Size)))
        {
            Label = record.Label,
            Description = ServedDisk.OfSnapshot,
            IsReadOnly = record.ReadOnly,
            Sharing = ExportSharing.NewestConnectionOnly,
        };
        return new Guest(record, export);
    }

    private ExportAccess AccessOf(Guest guest) => new(() => guest.Record.HasEnded ? ExportLookup.Unknown : ExportLookup.Of(guest.Export), goodbye => Hear(guest, goodbye));

    /// <summary>Handles a guest's goodbye: discards its writes, but keeps its tunnel for the reply until another guest needs the room.</summary>
    private GoodbyeAnswer Hear(Guest guest, Goodbye goodbye)
    {
        _turn.Wait();
        try
        {
            var refusal = GoodbyeRules.Refuse(guest.Record, guest.Export.Session, goodbye, access.IsConnected(guest.Record));
            if (refusal is not null || !_guests.Contains(guest))
            {
                return GoodbyeAnswer.NotNow(refusal ?? "this desktop's session was ended");
            }

            var isFirst = !guest.Record.HasEnded;
            if (isFirst)
            {
                guest.Record = guest.Record with { EndedBy = goodbye.Number };
                access.Drop(guest.Record);
                guest.Export.Device.Dispose();
                Publish();
            }

            return GoodbyeRules.Confirm(guest.Record, goodbye.Number, () => Tell(isFirst, guest.Record));
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Tell(bool isFirst, GrantRecord ended)
    {
        if (isFirst)
        {
            ends.Add(ended);
        }
    }

    private void MakeRoom()
    {
        End(record => record.HasEnded);
        if (_guests.Count < MaxGuests)
        {
            return;
        }

        var connected = access.Connected;
        End(_guests.Find(guest => !connected.Contains(guest.Record.ExportName))
            ?? throw new DiskInUseException($"{MaxGuests} desktops use this disk, which is the limit: shut one of them down"));
    }

    private GrantRecord? End(Predicate<GrantRecord> which)
    {
        var ended = _guests.FindAll(guest => which(guest.Record));
        ended.ForEach(End);
        return ended.Count > 0 ? ended[0].Record : null;
    }

    private void End(Guest guest)
    {
        access.Disarm(guest.Record);
        access.Drop(guest.Record);
        access.CloseTunnel(guest.Record);
        guest.Export.Device.Dispose();
        _guests.Remove(guest);
        Publish();
    }

    // A guest that said goodbye has no export any more.
    private void Publish() => _exports = [.. _guests.Where(guest => !guest.Record.HasEnded).Select(guest => new GrantedExport(guest.Record, guest.Export))];

    private sealed class Guest(GrantRecord record, NbdExport export)
    {
        public GrantRecord Record { get; set; } = record;

        public NbdExport Export { get; } = export;
    }
}
