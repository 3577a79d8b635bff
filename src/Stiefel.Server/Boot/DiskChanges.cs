using Stiefel.Nbd.Devices.Snapshots;

namespace Stiefel.Server.Boot;

/// <summary>
/// What was written to a snapshot of the served disk, by one desktop or through one open export. It outlives the open disk: whoever
/// comes back finds what it wrote. Disposing of it makes the changes vanish. Empty, and of no use, where the disk itself is written.
/// </summary>
public sealed class DiskChanges : IDisposable
{
    /// <summary>Null as long as the disk was never opened for these changes.</summary>
    internal SnapshotOverlay? Overlay { get; set; }

    public void Dispose() => Overlay?.Dispose();
}
