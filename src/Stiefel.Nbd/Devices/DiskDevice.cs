using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;

namespace Stiefel.Nbd.Devices;

/// <summary>A disk, partition or image file that is served directly. Owns the <see cref="BlockDevice"/>.</summary>
public sealed class DiskDevice : IBlockDevice
{
    private readonly BlockDevice _disk;
    private readonly Lock _flushLock = new();
    private readonly SlowFailures _failures = new(TimeProvider.System);
    private LinuxException? _lostWrite;

    /// <param name="disk">The open disk; disposed with this object.</param>
    /// <param name="lostWrite">A failed flush of this client from before the disk was reopened: no flush may succeed here either. Null if there was none.</param>
    public DiskDevice(BlockDevice disk, LinuxException? lostWrite = null)
    {
        _disk = disk;
        _lostWrite = lostWrite;
        Traits = new DeviceTraits
        {
            IsReadOnly = disk.IsReadOnly,
            CanTrim = disk.CanDiscard && !disk.IsReadOnly,
            IsRotational = disk.IsRotational,
            MinimumBlockSize = disk.LogicalSectorSize,
            PreferredBlockSize = Math.Max(disk.PhysicalSectorSize, 4096),
        };
    }

    /// <summary>Tells this disk from another one of the same name: <see cref="BlockDevice.Identity"/>.</summary>
    public string Identity => _disk.Identity;

    /// <inheritdoc cref="BlockDevice.Descriptor"/>
    public SafeFileHandle Descriptor => _disk.Descriptor;

    /// <summary>True if the disk has been held exclusively without a break since a server that was killed opened it.</summary>
    public bool WasKept => _disk.WasKept && !_disk.IsShared;

    /// <inheritdoc cref="BlockDevice.ReadChangeMark"/>
    public string ReadChangeMark() => _disk.ReadChangeMark();

    /// <inheritdoc/>
    public long Size => _disk.Size;

    /// <inheritdoc/>
    public DeviceTraits Traits { get; }

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer)
    {
        if (_failures.Find(offset, buffer.Length) is { } known)
        {
            throw new LinuxException("pread, a moment ago", known.Errno);
        }

        var started = _failures.Now;
        try
        {
            _disk.Read(offset, buffer);
        }
        catch (LinuxException e)
        {
            _failures.Add(offset, buffer.Length, e, started);
            throw;
        }
    }

    /// <inheritdoc/>
    public bool TryReadCached(long offset, Span<byte> buffer) => _disk.TryReadCached(offset, buffer);

    /// <inheritdoc/>
    public bool TryLend(long offset, int length, PagePipe pipe) => _failures.Find(offset, length) is null && _disk.TryLend(offset, length, pipe);

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        _disk.Write(offset, data);
        _failures.Written(offset, data.Length);
    }

    /// <inheritdoc/>
    public void Flush()
    {
        // The kernel reports a lost write to one caller, once. The lock lets that caller record it for the others.
        lock (_flushLock)
        {
            if (_lostWrite is not null)
            {
                ExceptionDispatchInfo.Throw(_lostWrite);
            }

            // A read-only disk has nothing to flush, and fsync may fail on a read-only file system.
            if (_disk.IsReadOnly)
            {
                return;
            }

            try
            {
                _disk.Sync();
            }
            catch (LinuxException e)
            {
                _lostWrite = MeansLoss(e.Errno) ? e : null;
                throw;
            }
        }
    }

    // These errors mean that nothing was attempted (man 2 fsync), so nothing was lost; any other may be a failed write-back.
    private static bool MeansLoss(int errno) => errno is not (Errno.EBADF or Errno.EINVAL or Errno.ENOSYS or Errno.EROFS);

    /// <inheritdoc/>
    public void Trim(long offset, long length) => _disk.Discard(offset, length);

    /// <inheritdoc/>
    public void WriteZeroes(long offset, long length, ZeroOptions options) =>
        _disk.WriteZeroes(offset, length, options.HasFlag(ZeroOptions.KeepAllocated), options.HasFlag(ZeroOptions.OnlyIfFast));

    /// <inheritdoc/>
    public void Prefetch(long offset, long length) => _disk.Prefetch(offset, length);

    /// <inheritdoc/>
    public BlockExtent FindExtent(long offset, long length)
    {
        (var extent, var isHole) = _disk.FindExtent(offset, length);
        return new BlockExtent(extent, isHole);
    }

    /// <inheritdoc/>
    public void Dispose() => _disk.Dispose();
}
