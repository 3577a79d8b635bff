using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;

namespace Stiefel.Server.Grants;

/// <summary>
/// The open disk behind a grant, which comes and goes while the grant stays, and the memory of what was lost. The kernel tells of a failed
/// write-back once: what is opened for this grant later has to tell of it again, at every flush.
/// </summary>
internal sealed class GrantedDevice(ServedDisk disk)
{
    /// <summary>The open disk; null while it is closed, to read boot files for somebody else, say.</summary>
    public NbdExport? Export { get; private set; }

    /// <summary>Why something that was written under this grant may not be on the medium; no flush of it may succeed any more. Null if all is well.</summary>
    public LinuxException? LostWrite { get; set; }

    /// <summary>Opens it exclusively.</summary>
    /// <param name="name">The capability.</param>
    /// <param name="label">What log and status call it.</param>
    /// <param name="recognise">Told which medium it is; throws if it is another one than before.</param>
    /// <exception cref="DiskInUseException">Something on this machine uses it.</exception>
    /// <exception cref="IOException">It cannot be opened, or is another medium.</exception>
    public void Open(string name, string label, Action<string> recognise)
    {
        var device = disk.Open(LostWrite);
        try
        {
            recognise(device.Identity);
        }
        catch
        {
            device.Dispose();
            throw;
        }

        Export = new NbdExport(name, device) { Label = label, IsReadOnly = disk.IsReadOnly, Sharing = ExportSharing.NewestConnectionOnly };
    }

    /// <summary>Makes what was written durable and closes it, if it is open.</summary>
    /// <param name="lost">Told why that failed, before it is closed.</param>
    public void Close(Action<LinuxException> lost)
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
            export.Device.Dispose();
        }
    }
}
