using Stiefel.Linux.Kernel;
using Stiefel.Nbd.Negotiation;
using Stiefel.Protocol.Control;
using Stiefel.Server.BootReading;
using Stiefel.Server.Desktops;

namespace Stiefel.Server.Grants;

/// <summary>
/// Grants the disk itself, to one desktop at a time. The order of the steps prevents two desktops from writing:
///
/// A new grant bars the old capability and ends the old connections; then it closes the old disk, so that all writes are on the medium,
/// removes the old tunnel, and closes the boot files. Only then is the disk opened for the new desktop, its tunnel made, the grant recorded,
/// and its capability armed. If a step fails, no desktop has been told of the new grant, and the old one is restored, here and on record.
///
/// While no desktop is connected, the disk behind a grant may be closed to read boot files; the next use of the capability ends that reading and
/// opens the disk again. If it is a different or changed medium by then, the grant is void.
/// </summary>
public sealed class WriterGate(ServedDisk disk, SharedBootFiles bootFiles, GrantStore store, DiskAccess access, GrantAdmission admission, GoodbyeHearing goodbyes, ILogger<WriterGate> logger) : IDiskGate
{
    // Serializes changes of state: only the holder of this turn changes the fields below.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Grant? _grant;

    private readonly Leaving _leaving = new();

    /// <inheritdoc/>
    public DiskState State => _grant switch
    {
        { Export: not null } => DiskState.Granted,
        _ when disk.HoldsBootFiles && bootFiles.IsOpen => DiskState.ReadForBoot,
        { IsOver: false } => DiskState.Waiting,
        _ => DiskState.Idle,
    };

    /// <inheritdoc/>
    public int Generation { get; private set; }

    /// <inheritdoc/>
    public GrantRecord? Granted => _grant is { IsOver: false } grant ? grant.Record : null;

    /// <inheritdoc/>
    public IReadOnlyList<GrantedExport> Exports => _grant is { IsOver: false } grant ? [new GrantedExport(grant.Record, grant.Export)] : [];

    /// <inheritdoc/>
    public bool WasTakenAway { get; private set; }

    /// <inheritdoc/>
    public void Restore()
    {
        try
        {
            disk.FindKept();
            var record = store.ReadHonoured();
            access.RemoveOldTunnels(record);
            if (record is null)
            {
                return;
            }

            _grant = new Grant(record, disk);
            admission.Begin(_grant.Label, wasConnected: true);
            access.Arm(record, AccessOf(_grant));
            access.OpenTunnel(record);
            if (record.HasEnded)
            {
                // The desktop may not have received the reply yet and may ask again.
                goodbyes.Remember(record);
                return;
            }

            Open(_grant);
            logger.GrantRestored(record.Session, record.Desktop);
        }
        catch (OtherMediumException e)
        {
            Void(_grant!, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DiskInUseException)
        {
            // The capability stays; its desktop's next attempt opens the disk or is refused with the reason in the log.
            logger.GrantNotRestored(e);
        }
        finally
        {
            disk.ReleaseUnused();
        }
    }

    /// <inheritdoc/>
    public Task<BootFilesLease> ReadAsync(BootReader? reader, CancellationToken token) => ReadAsync(reader, bootFiles.BorrowAsync, token);

    /// <inheritdoc/>
    public Task<BootFilesLease> UnlockAsync(BootReader reader, ReadOnlyMemory<byte> passphrase, CancellationToken token) =>
        ReadAsync(reader, stop => bootFiles.UnlockAsync(passphrase, stop), token);

    /// <inheritdoc/>
    public async Task<GrantedDisk> GrantAsync(GrantRequest request, CancellationToken token)
    {
        await _turn.WaitAsync(token);
        try
        {
            _leaving.RefuseIfDecided();
            admission.RefuseIfEnded(request, token);
            var previous = _grant;
            if (previous is { IsOver: false } && previous.Record.Session != request.Session)
            {
                await admission.TakeAwayAsync(previous.Record, () => previous.Session.LastHeard, request, token);
            }

            GoodbyeRules.RefuseIfOver(previous?.Record, request.Session);
            var record = new GrantRecord(
                request.Session, request.ExportName, request.Peer.ToString(), disk.Name, disk.IsReadOnly || request.ReadOnly, DateTimeOffset.UtcNow, request.Guest,
                request.Key, request.KeyId, access.AssignTunnel(request, previous?.Record), Boot: BootIdentity.Read(), GoodbyeKey: request.GoodbyeKey,
                Hardware: request.Asker.Machine, HardwareBoot: request.Asker.Boot);
            var grant = new Grant(record, disk);
            await ReplaceAsync(previous, grant);
            _grant = grant;
            WasTakenAway = false;
            admission.Begin(grant.Label, wasConnected: false);
            access.Arm(grant.Record, AccessOf(grant));
            return access.Describe(grant.Record, grant.Export!);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public Task<GrantRecord?> EndAsync(Predicate<GrantRecord> which) => EndAsync(which, isTakenAway: true);

    /// <inheritdoc/>
    public async Task<bool> GiveBackAsync(string session) =>
        await EndAsync(record => record.Session == session && !record.HasEnded && admission.WasNeverUsed, isTakenAway: false) is not null;

    private async Task<GrantRecord?> EndAsync(Predicate<GrantRecord> which, bool isTakenAway)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            if (_grant is not { } grant || !which(grant.Record))
            {
                return null;
            }

            WasTakenAway |= isTakenAway && !grant.IsOver;
            Fence(grant);
            access.Disarm();
            grant.IsVoid = true;

            // Delete the record first of the steps that can fail, so that a later server does not honour it; _grant stays set for a retry.
            store.Delete();
            access.CloseTunnel(grant.Record);
            _grant = null;
            return grant.Record;
        }
        finally
        {
            _turn.Release();
        }
    }

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

    /// <summary>Makes what was written durable and closes the disk; the grant stays on record.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            // Flushing takes time. Bar instead of disarm: a desktop that asks meanwhile must not think that its capability is void, since the next server honours it.
            access.Bar();
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

    private async Task<BootFilesLease> ReadAsync(BootReader? reader, Func<CancellationToken, Task<BootFilesLease>> borrowAsync, CancellationToken token)
    {
        await _turn.WaitAsync(token);
        try
        {
            _leaving.RefuseIfDecided();
            if (disk.HoldsBootFiles && _grant is { Export: not null } grant)
            {
                if (reader is null)
                {
                    throw new DiskInUseException($"a desktop at {grant.Record.Desktop} has the disk");
                }

                await admission.RefuseIfUsedAsync(grant.Record, () => grant.Session.LastHeard, reader.Session, reader.Identity ?? DesktopIdentity.Unknown, token);
                try
                {
                    Fence(grant);
                }
                finally
                {
                    access.Arm(grant.Record, AccessOf(grant));
                }
            }

            if (disk.HoldsBootFiles && !bootFiles.IsOpen)
            {
                disk.RereadPartitions();
            }

            return await borrowAsync(token);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task ReplaceAsync(Grant? previous, Grant grant)
    {
        try
        {
            if (previous is not null)
            {
                Fence(previous);
                access.CloseTunnelUnlessOf(grant.Record, previous.Record);
            }

            await CloseBootFilesAsync();
            if (previous?.Record.ExportName == grant.Record.ExportName)
            {
                grant.Carry(previous);
            }

            Open(grant);
            access.OpenTunnel(grant.Record);
            store.Write(grant.Record);
        }
        catch
        {
            Close(grant);
            GoBackTo(previous is { IsVoid: false } ? previous : null, grant);
            throw;
        }
    }

    private void GoBackTo(Grant? previous, Grant failed)
    {
        if (previous is not null)
        {
            // Arm it first, because its desktop may be waiting; opening the disk still waits for the turn.
            access.Arm(previous.Record, AccessOf(previous));
        }

        store.WriteAgain(previous?.Record);
        access.CloseTunnelUnlessOf(previous?.Record, failed.Record);
        if (previous is not null)
        {
            access.OpenTunnelAgain(previous.Record);
        }
    }

    /// <summary>
    /// Ends the desktop's connections and closes the disk. When this returns, none of its requests can reach the disk. Its capability stays
    /// known but opens nothing until the caller arms or disarms it.
    /// </summary>
    private void Fence(Grant grant)
    {
        access.Bar();
        access.Drop(grant.Record);
        Close(grant);
    }

    private void Open(Grant grant)
    {
        var wasMarked = grant.Record.Mark.Length > 0;
        grant.Open();
        if (wasMarked && _grant == grant)
        {
            // The mark no longer holds once the disk is open; record that, so that a killed server leaves no mark.
            store.Write(grant.Record);
        }

        Generation += disk.HoldsBootFiles ? 1 : 0;
    }

    // Only the current grant is on record: one that no desktop was told of has no record to update.
    private void Close(Grant grant) => grant.Close(
        (lost, isNew) =>
        {
            // The lost writes were acknowledged. The desktop may only be disconnected, and learns of the loss at its next flush.
            logger.FlushFailed(grant.Record.Session, lost);
            if (isNew && _grant == grant)
            {
                store.WriteLoss(grant.Record);
            }
        },
        marked: () =>
        {
            if (_grant == grant)
            {
                store.WriteAgain(grant.Record);
            }
        });

    /// <summary>Voids a grant whose disk was exchanged or changed: the desktop's cached data must not be written to it.</summary>
    private void Void(Grant grant, OtherMediumException why)
    {
        logger.GrantOfOtherMedium(grant.Record.Session, why.Message);
        access.Disarm();
        (_grant, WasTakenAway) = (null, true);
        store.Delete();
        access.CloseTunnelOfVoid(grant.Record);
    }

    private Task CloseBootFilesAsync() => disk.HoldsBootFiles ? bootFiles.CloseAsync() : Task.CompletedTask;

    private ExportAccess AccessOf(Grant grant) => new(() => OpenForDesktop(grant), goodbye => Hear(grant, goodbye));

    /// <summary>Handles the desktop's goodbye, on the thread of a connection that has opened no export.</summary>
    private GoodbyeAnswer Hear(Grant grant, Goodbye goodbye)
    {
        _turn.Wait();
        try
        {
            return _grant == grant ? goodbyes.Hear(grant, goodbye, Fence, AccessOf(grant)) : GoodbyeAnswer.NotNow("another desktop has the disk");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives a connection its export; if the disk is closed, ends the reading of boot files and opens it. Runs on the connection's thread.</summary>
    private ExportLookup OpenForDesktop(Grant grant)
    {
        if (grant.Export is { } export)
        {
            return ExportLookup.Of(export);
        }

        // Waiting here cannot deadlock with a fence: it waits only for connections in transmission, and this one is not there yet.
        _turn.Wait();
        try
        {
            if (_grant != grant)
            {
                // Another desktop has the disk now; the next attempt hears that this name is unknown.
                return ExportLookup.NotNow;
            }

            if (grant.Record.HasEnded)
            {
                return ExportLookup.Unknown;
            }

            if (grant.Export is null)
            {
                CloseBootFilesAsync().GetAwaiter().GetResult();
                Open(grant);
            }

            return ExportLookup.Of(grant.Export!);
        }
        catch (OtherMediumException e)
        {
            Void(grant, e);
            return ExportLookup.Unknown;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DiskInUseException)
        {
            logger.DiskNotOpened(e);
            return ExportLookup.NotNow;
        }
        finally
        {
            _turn.Release();
        }
    }
}
