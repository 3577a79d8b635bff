using System.Reflection;
using Stiefel.Nbd;
using Stiefel.Server.Boot;
using Stiefel.Server.Boot.Sessions;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Status;

/// <summary>Collects the status. Without a boot plane there are neither gate nor offers nor sessions.</summary>
public sealed class StatusReport(
    ServerOptions options, NbdServer nbd, MachineLog machines, TimeProvider time, DiskGate? gate = null, BootOffers? offers = null, SessionTable? sessions = null)
{
    private static readonly string s_version = typeof(StatusReport).Assembly.GetName().Version?.ToString(3) ?? "";

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public StatusDocument Now() => new(
        options.Boot.Laptop,
        s_version,
        _startedAt,
        new DiskStatus(options.Disk.Path ?? "", options.Disk.ReadOnly, gate?.State ?? DiskState.Open, gate?.Holder?.Session, gate?.Holder?.Since),
        offers is null ? null : Describe(offers),
        [.. (sessions?.Confirmed ?? []).Select(s => new SessionStatus(s.Id, s.KeyName, s.Peer.ToString(), s.Since))],
        [.. nbd.Connections.Select(c => new ConnectionStatus(c.Remote.ToString() ?? "", c.Label, c.BytesOut, c.BytesIn, c.Requests, c.Since))],
        machines.Snapshot());

    private static BootStatus Describe(BootOffers offers) => offers.Latest is { Manifest: var manifest }
        ? new BootStatus(manifest.Title, manifest.KernelRelease, manifest.Kernel.Size, manifest.Initrd.Size, manifest.DriversAvailable, offers.Problem)
        : new BootStatus(null, null, 0, 0, false, offers.Problem);
}
