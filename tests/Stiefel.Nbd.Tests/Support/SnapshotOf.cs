using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Devices;
using Stiefel.Nbd.Devices.Snapshots;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>A snapshot of an image file, and its overlay.</summary>
internal sealed class SnapshotOf : IDisposable
{
    private readonly DiskDevice _base;

    private SnapshotOf(string path, Func<long, SnapshotOverlay> makeOverlay)
    {
        _base = new DiskDevice(BlockDevice.OpenUnchanging(path));
        Overlay = makeOverlay(_base.Size);
        Device = new SnapshotDevice(_base, Overlay);
    }

    public SnapshotDevice Device { get; }

    public SnapshotOverlay Overlay { get; }

    public static SnapshotOf FileInMemory(string path, long limit = 0) => new(path, size => SnapshotOverlay.InMemory(size, limit));

    public static SnapshotOf FileInDirectory(string path, string directory, long limit = 0) => new(path, size => SnapshotOverlay.InDirectory(directory, size, limit));

    public void Dispose()
    {
        Device.Dispose();
        _base.Dispose();
    }
}
