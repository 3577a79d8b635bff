using Stiefel.Linux.Errors;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Negotiation;
using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

// The open disk behind a grant, which comes and goes while the grant stays.
public sealed partial class DiskGate
{
    private void Open(Grant grant)
    {
        var device = _disk.Open(grant.LostWrite);
        try
        {
            grant.Recognise(device.Identity);
        }
        catch
        {
            device.Dispose();
            throw;
        }

        Generation += _disk.HoldsBootFiles ? 1 : 0;
        grant.Export = new NbdExport(grant.Record.ExportName, device)
        {
            Label = grant.Label,
            IsReadOnly = _disk.IsReadOnly,
            Sharing = ExportSharing.NewestConnectionOnly,
        };
    }

    private void Close(Grant grant)
    {
        if (grant.Export is not { } export)
        {
            return;
        }

        grant.Export = null;
        try
        {
            if (_disk.KeepsWrites)
            {
                export.Device.Flush();
            }
        }
        catch (LinuxException e)
        {
            // What is lost was acknowledged, and its desktop, which may be away only, waits for a flush of its own to learn of it. The kernel has
            // told of it now and never will again, so whatever is opened for this grant next has to.
            _logger.FlushFailed(grant.Record.Session, e);
            grant.LostWrite = e;
            RecordLostWrite(grant, e);
        }
        finally
        {
            export.Device.Dispose();
        }
    }

    /// <summary>A server that starts later must know of it as well, or not honour the grant.</summary>
    private void RecordLostWrite(Grant grant, LinuxException lost)
    {
        // One that nobody was told of is not on record.
        if (_grant != grant || grant.Record.LostWriteError == lost.Errno)
        {
            return;
        }

        grant.Record = grant.Record with { LostWriteError = lost.Errno };
        try
        {
            _state.Write(grant.Record);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _logger.LostWriteNotRecorded(grant.Record.Session, e);
            _state.Delete();
        }
    }

    /// <summary>Its disk is not there any more; what the desktop holds of it in memory must not be mixed into another.</summary>
    private void Void(Grant grant, OtherMediumException why)
    {
        _logger.GrantOfOtherMedium(grant.Record.Session, why.Message);
        _exports.Disarm();
        _grant = null;
        _state.Delete();
        try
        {
            _tunnels.Close(grant.Record.ToTunnelUser());
        }
        catch (IOException e)
        {
            _logger.TunnelNotRemoved(e);
        }
    }

    private Func<ExportLookup> OpenOf(Grant grant) => () => OpenForDesktop(grant);

    /// <summary>The desktop opens its export, on a connection's thread: the disk is open, or boot reading ends and it is opened.</summary>
    private ExportLookup OpenForDesktop(Grant grant)
    {
        if (grant.Export is { } export)
        {
            return ExportLookup.Of(export);
        }

        // Whoever has the turn may be fencing, but waits for connections in transmission only: this one is not yet.
        _turn.Wait();
        try
        {
            if (_grant != grant)
            {
                // Somebody else has the disk now, and that this name is nobody's any more is for the next try to say.
                return ExportLookup.NotNow;
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
            _logger.DiskNotOpened(e);
            return ExportLookup.NotNow;
        }
        finally
        {
            _turn.Release();
        }
    }
}
