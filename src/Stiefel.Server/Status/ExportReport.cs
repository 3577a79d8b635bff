using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Devices;
using Stiefel.Protocol.Control;
using Stiefel.Server.Grants;
using Stiefel.Server.Nbd;

namespace Stiefel.Server.Status;

/// <summary>What the block server exports: what desktops were granted, or the one export that is open.</summary>
public sealed class ExportReport(NbdServer nbd, IDiskGate? gate = null, OpenExports? open = null)
{
    /// <summary>All exports of this moment.</summary>
    public IReadOnlyList<ExportStatus> Now()
    {
        var connections = nbd.Connections;
        return
        [
            .. (gate?.Exports ?? []).Select(granted => Describe(granted, connections)),
            .. open is { Export: var export } ? [Describe(export, connections)] : Array.Empty<ExportStatus>(),
        ];
    }

    private static ExportStatus Describe(GrantedExport granted, IReadOnlyList<NbdConnectionStatus> connections) => new(
        granted.Record.Label, null, granted.Record.Session, granted.Export?.Device.Size, granted.Record.ReadOnly, granted.Record.Snapshot,
        connections.Count(connection => connection.ExportName == granted.Record.ExportName));

    // Its name is what opens it, and so it is said here only to those who may read the status.
    private static ExportStatus Describe(NbdExport export, IReadOnlyList<NbdConnectionStatus> connections) => new(
        export.Label, export.Name, null, export.Device.Size, export.IsReadOnly, export.Device is not DiskDevice, connections.Count);
}
