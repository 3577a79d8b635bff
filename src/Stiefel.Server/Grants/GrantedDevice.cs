using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Devices.Snapshots;

namespace Stiefel.Server.Grants;

/// <summary>
/// The open disk behind a grant, which may be closed and reopened while the grant stays, and the record of lost writes. The kernel reports a failed
/// write-back once only, so a disk that is reopened for this grant must report it again at every flush.
///
/// While the disk is closed, something else on this machine may write it, and the desktop's cached data would no longer match. So a mark is taken
/// when it is closed, and a different mark at the next opening voids the grant. A disk that has no mark counts as different.
///
/// A server that is killed leaves no mark; then the grant is void unless a keeper held the open disk meanwhile (<see cref="Keeping.IDiskKeeper"/>).
/// </summary>
/// <param name="disk">The disk.</param>
/// <param name="isReadOnly">True for a grant that refuses writes.</param>
/// <param name="isGuest">True for a grant whose writes go to a snapshot, which lives as long as the disk is open.</param>
internal sealed class GrantedDevice(ServedDisk disk, bool isReadOnly, bool isGuest)
{
    private DiskDevice? _disk;

    private bool KeepsWrites => disk.KeepsWrites && !isReadOnly && !isGuest;

    /// <summary>The open disk; null while it is closed, for example to read boot files for another desktop.</summary>
    public NbdExport? Export { get; private set; }

    /// <summary>State that all of the desktop's connections share, kept when the disk is reopened.</summary>
    public ExportSession Session { get; set; } = new();

    /// <summary>The error by which a write under this grant may be lost; no flush of the grant may succeed after it. Null if there was none.</summary>
    public LinuxException? LostWrite { get; set; }

    /// <summary>Opens the disk exclusively.</summary>
    /// <param name="name">The capability.</param>
    /// <param name="label">The export's name in log and status.</param>
    /// <param name="recognise">Called with the opened disk; throws if it is another medium or was changed.</param>
    /// <exception cref="DiskInUseException">Something on this machine uses it.</exception>
    /// <exception cref="IOException">It cannot be opened, or is another medium.</exception>
    public void Open(string name, string label, Action<DiskDevice> recognise)
    {
        var device = disk.Open(LostWrite, readOnly: isReadOnly || isGuest);
        try
        {
            recognise(device);
            if (KeepsWrites)
            {
                disk.Keep(device);
            }

            Export = new NbdExport(name, isGuest ? new SnapshotDevice(device, disk.MakeOverlay(device.Size)) : device)
            {
                Label = label,
                IsReadOnly = isReadOnly,
                Sharing = ExportSharing.NewestConnectionOnly,
                Session = Session,
                Description = isGuest ? ServedDisk.OfSnapshot : null,
            };
            _disk = device;
        }
        catch
        {
            disk.KeepNoMore();
            device.Dispose();
            throw;
        }
    }

    /// <summary>Makes what was written durable and closes it, if it is open.</summary>
    /// <param name="lost">Called with the error before the disk is closed, if the flush failed.</param>
    /// <param name="marked">Called with the mark before the disk is closed; empty if the disk has none.</param>
    public void Close(Action<LinuxException> lost, Action<string> marked)
    {
        if (Export is not { } export || _disk is not { } device)
        {
            return;
        }

        (Export, _disk) = (null, null);
        try
        {
            if (KeepsWrites)
            {
                device.Flush();
            }
        }
        catch (LinuxException e)
        {
            LostWrite = e;
            lost(e);
        }
        finally
        {
            // Take the mark after a lost write too: the loss is reported, but other changes to the disk must still be noticed.
            marked(MarkOf(device));
            disk.KeepNoMore();
            export.Device.Dispose();
            device.Dispose();
        }
    }

    private static string MarkOf(DiskDevice device)
    {
        try
        {
            return device.ReadChangeMark();
        }
        catch (LinuxException)
        {
            // No data is lost, but a later change cannot be noticed: an empty mark voids the grant.
            return "";
        }
    }
}
