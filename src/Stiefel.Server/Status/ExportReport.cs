using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Devices;
using Stiefel.Protocol.Control;
using Stiefel.Server.Grants;
using Stiefel.Server.Nbd;

namespace Stiefel.Server.Status;

/// <summary>Lists what the block server exports: the exports granted to desktops, or the one open export.</summary>
public sealed class ExportReport(NbdServer nbd, IDiskGate? gate = null, OpenExports? open = null)
{
    /// <summary>The exports that exist now.</summary>
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

    // Knowing the name is enough to use the export, so the name is shown only here, behind the control plane's token.
    private static ExportStatus Describe(NbdExport export, IReadOnlyList<NbdConnectionStatus> connections) => new(
        export.Label, export.Name, null, export.Device.Size, export.IsReadOnly, export.Device is not DiskDevice, connections.Count);
}
