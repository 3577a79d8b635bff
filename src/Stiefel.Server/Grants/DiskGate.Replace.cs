using Stiefel.Server.Tunnels;

namespace Stiefel.Server.Grants;

// From one desktop to the next, and back if that fails.
public sealed partial class DiskGate
{
    // A desktop that asks again keeps its tunnel, and with it the port.
    private TunnelRecord? AssignTunnel(Grant? previous, GrantRequest request) =>
        previous?.Record.Tunnel is { } tunnel && tunnel with { Port = 0 } == request.Tunnel ? tunnel : _tunnels.Assign(request.Tunnel, previous?.Record.ToTunnelUser());

    private async Task ReplaceAsync(Grant? previous, Grant grant)
    {
        try
        {
            if (previous is not null)
            {
                Fence(previous);
                CloseTunnelOf(previous, grant);
            }

            await CloseBootFilesAsync();
            if (previous?.Record.ExportName == grant.Record.ExportName)
            {
                grant.Carry(previous);
            }

            Open(grant);
            _tunnels.Open(grant.Record.ToTunnelUser());
            _state.Write(grant.Record);
        }
        catch
        {
            // Nobody was told of the new grant: the old one is still the current one, here and in the state directory.
            Close(grant);
            GoBackTo(previous is { IsVoid: false } ? previous : null, grant);
            throw;
        }
    }

    private void GoBackTo(Grant? previous, Grant failed)
    {
        if (previous is not null)
        {
            // First of all, since its desktop may be waiting; it gets no further than the door until this is over.
            _exports.Arm(previous.Record.ExportName, OpenOf(previous));
        }

        RecordAgain(previous);
        CloseTunnelOf(failed, previous);
        if (previous is not null)
        {
            OpenTunnelAgain(previous);
        }
    }

    private void CloseTunnelOf(Grant ended, Grant? other)
    {
        if (other?.Record.Tunnel is null || other.Record.Tunnel != ended.Record.Tunnel)
        {
            _tunnels.Close(ended.Record.ToTunnelUser());
        }
    }

    // The new one may be on record, although it could not be made sure that it stays there.
    private void RecordAgain(Grant? previous)
    {
        try
        {
            if (previous is null)
            {
                _state.Delete();
            }
            else
            {
                _state.Write(previous.Record);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _logger.GrantNotRecordedAgain(e);
        }
    }

    private void OpenTunnelAgain(Grant previous)
    {
        try
        {
            _tunnels.Open(previous.Record.ToTunnelUser());
        }
        catch (IOException e)
        {
            _logger.TunnelNotMade(e);
        }
    }
}
