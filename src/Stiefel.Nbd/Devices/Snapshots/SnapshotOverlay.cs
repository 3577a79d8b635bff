using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;

namespace Stiefel.Nbd.Devices.Snapshots;

/// <summary>
/// The changes of a snapshot, in memory or in a sparse file without a name. They vanish when this object is disposed of or
/// the process ends. Thread-safe.
/// </summary>
public sealed class SnapshotOverlay : IDisposable
{
    private readonly long _limit;
    private long _used;

    /// <param name="store">A device of the base's size, all zeroes. Disposed with this object.</param>
    /// <param name="limit">Largest number of bytes to hold; 0 = as many as the store takes.</param>
    public SnapshotOverlay(IBlockDevice store, long limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        Store = store;
        Map = new OverlayMap(Math.Max(store.Size, 1));
        _limit = limit;
    }

    /// <summary>Bytes that the overlay holds now.</summary>
    public long Used => Volatile.Read(ref _used);

    internal IBlockDevice Store { get; }

    internal OverlayMap Map { get; }

    /// <summary>Makes an overlay in memory.</summary>
    /// <param name="size">The base's size in bytes.</param>
    /// <param name="limit">Largest number of bytes to hold; 0 = as much memory as there is.</param>
    /// <exception cref="LinuxException">The system is out of memory or file descriptors.</exception>
    public static SnapshotOverlay InMemory(long size, long limit) => new(new DiskDevice(BlockDevice.CreateInMemory("snapshot", size)), limit);

    /// <summary>Makes an overlay in a file without a name, on the file system of a directory. Size and limit are in bytes.</summary>
    /// <exception cref="LinuxException">The file system cannot hold such a file.</exception>
    public static SnapshotOverlay InDirectory(string directory, long size, long limit) => new(new DiskDevice(BlockDevice.CreateUnnamed(directory, size)), limit);

    /// <inheritdoc/>
    public void Dispose() => Store.Dispose();

    /// <summary>Reserves blocks. Throws ENOSPC and reserves nothing if that would exceed the limit.</summary>
    internal void Take(int blocks)
    {
        var bytes = (long)blocks * OverlayMap.BlockSize;
        if (Interlocked.Add(ref _used, bytes) > _limit && _limit > 0)
        {
            Interlocked.Add(ref _used, -bytes);
            throw new LinuxException($"the snapshot has reached its limit of {_limit >> 20} MiB of changes", Errno.ENOSPC);
        }
    }

    internal void GiveBack(int blocks) => Interlocked.Add(ref _used, -(long)blocks * OverlayMap.BlockSize);
}
