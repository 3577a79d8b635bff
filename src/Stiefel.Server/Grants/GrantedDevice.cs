using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;

namespace Stiefel.Server.Grants;

/// <summary>
/// The open disk behind a grant, which comes and goes while the grant stays, and the memory of what was lost. The kernel tells of a failed
/// write-back once: what is opened for this grant later has to tell of it again, at every flush.
///
/// While it is closed, something else on this machine may write the disk, and what the desktop holds of it does not fit any more. So a mark is taken
/// when it is closed, and one that differs when it is opened again makes the grant void. Where nothing can be told, that is a difference too.
///
/// A server that is killed leaves no mark; its open disk is held by something else meanwhile (<see cref="Keeping.IDiskKeeper"/>), or the grant is void.
/// </summary>
internal sealed class GrantedDevice(ServedDisk disk)
{
    /// <summary>The open disk; null while it is closed, to read boot files for somebody else, say.</summary>
    public NbdExport? Export { get; private set; }

    /// <summary>What its desktop's connections have in common, however often the disk is opened anew.</summary>
    public ExportSession Session { get; set; } = new();

    /// <summary>Why something that was written under this grant may not be on the medium; no flush of it may succeed any more. Null if all is well.</summary>
    public LinuxException? LostWrite { get; set; }

    /// <summary>Opens it exclusively.</summary>
    /// <param name="name">The capability.</param>
    /// <param name="label">What log and status call it.</param>
    /// <param name="recognise">Told which medium it is, and its mark; throws if it is another one, or was changed.</param>
    /// <exception cref="DiskInUseException">Something on this machine uses it.</exception>
    /// <exception cref="IOException">It cannot be opened, or is another medium.</exception>
    public void Open(string name, string label, Action<DiskDevice> recognise)
    {
        var device = disk.Open(LostWrite);
        try
        {
            recognise(device);
            disk.Keep(device);
        }
        catch
        {
            disk.KeepNoMore();
            device.Dispose();
            throw;
        }

        Export = new NbdExport(name, device) { Label = label, IsReadOnly = disk.IsReadOnly, Sharing = ExportSharing.NewestConnectionOnly, Session = Session };
    }

    /// <summary>Makes what was written durable and closes it, if it is open.</summary>
    /// <param name="lost">Told why that failed, before it is closed.</param>
    /// <param name="marked">Told the mark, before it is closed.</param>
    public void Close(Action<LinuxException> lost, Action<string> marked)
    {
        if (Export is not { } export)
        {
            return;
        }

        Export = null;
        try
        {
            if (disk.KeepsWrites)
            {
                export.Device.Flush();
            }

        }
        catch (LinuxException e)
        {
            LostWrite = e;
            lost(e);
        }
        finally
        {
            // The same for a lost write: that one is told, but not that the disk was changed.
            marked(MarkOf((DiskDevice)export.Device));
            disk.KeepNoMore();
            export.Device.Dispose();
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
            // No loss of data; it only cannot be told later.
            return "";
        }
    }
}
