using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;

namespace Stiefel.Nbd.Devices.Snapshots;

/// <summary>
/// What was written to a snapshot, in memory or in a sparse file without a name; gone when it is disposed of, or with the
/// process. Thread-safe.
/// </summary>
public sealed class SnapshotOverlay : IDisposable
{
    private readonly long _limit;
    private long _used;

    /// <param name="store">As large as the base; all zeroes. Disposed with this.</param>
    /// <param name="limit">Most bytes it may hold; 0 = as many as the store takes.</param>
    public SnapshotOverlay(IBlockDevice store, long limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        Store = store;
        Map = new OverlayMap(Math.Max(store.Size, 1));
        _limit = limit;
    }

    /// <summary>Bytes it holds now.</summary>
    public long Used => Volatile.Read(ref _used);

    internal IBlockDevice Store { get; }

    internal OverlayMap Map { get; }

    /// <summary>In memory.</summary>
    /// <param name="size">The base's size in bytes.</param>
    /// <param name="limit">Most bytes to hold; 0 = as many as there are.</param>
    /// <exception cref="LinuxException">No memory, or no descriptor left.</exception>
    public static SnapshotOverlay InMemory(long size, long limit) => new(new DiskDevice(BlockDevice.CreateInMemory("snapshot", size)), limit);

    /// <summary>In a file without a name upon the file system of a directory.</summary>
    /// <exception cref="LinuxException">The directory cannot hold such a file.</exception>
    public static SnapshotOverlay InDirectory(string directory, long size, long limit) => new(new DiskDevice(BlockDevice.CreateUnnamed(directory, size)), limit);

    /// <inheritdoc/>
    public void Dispose() => Store.Dispose();

    /// <summary>Throws ENOSPC, and takes nothing, if the limit would be exceeded.</summary>
    internal void Take(int blocks)
    {
        var bytes = (long)blocks * OverlayMap.BlockSize;
        if (Interlocked.Add(ref _used, bytes) > _limit && _limit > 0)
        {
            Interlocked.Add(ref _used, -bytes);
            throw new LinuxException($"the snapshot holds {_limit >> 20} MiB of changes, which is its limit", Errno.ENOSPC);
        }
    }

    internal void GiveBack(int blocks) => Interlocked.Add(ref _used, -(long)blocks * OverlayMap.BlockSize);
}
