using System.Numerics;
using Stiefel.Linux.Errors;

namespace Stiefel.Nbd.Devices.Snapshots;

/// <summary>
/// A disk that can be written without being changed: writes go to an overlay in whole blocks, and everything else is read
/// from the base. Owns the overlay but not the base, which several snapshots may share.
/// </summary>
public sealed class SnapshotDevice : IBlockDevice
{
    private const int BlockSize = OverlayMap.BlockSize;
    private const int UnitSize = OverlayMap.UnitSize;

    // Largest number of extents merged into one answer. Arbitrary; bounds the work of one call.
    private const int MaxMerged = 1024;

    private static readonly byte[] s_zeroes = new byte[UnitSize];

    private readonly IBlockDevice _base;
    private readonly SnapshotOverlay _overlay;
    private readonly IBlockDevice _store;
    private readonly OverlayMap _map;

    /// <param name="basis">The disk to read where nothing was written; it is never written. Must outlive this object.</param>
    /// <param name="overlay">Holds the writes. Must have the base's size. Disposed with this object.</param>
    public SnapshotDevice(IBlockDevice basis, SnapshotOverlay overlay)
    {
        if (overlay.Store.Size != basis.Size)
        {
            throw new ArgumentException($"an overlay of {overlay.Store.Size} bytes does not fit a base of {basis.Size}", nameof(overlay));
        }

        _base = basis;
        _overlay = overlay;
        _store = overlay.Store;
        _map = overlay.Map;
        Traits = basis.Traits with
        {
            IsReadOnly = false,
            CanTrim = true,
            PreferredBlockSize = Math.Max(basis.Traits.PreferredBlockSize, OverlayMap.BlockSize),
        };
    }

    /// <inheritdoc/>
    public long Size => _base.Size;

    /// <inheritdoc/>
    public DeviceTraits Traits { get; }

    /// <inheritdoc/>
    public void Read(long offset, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            (var source, var end) = SourceOf(offset, offset + buffer.Length);
            var run = buffer[..(int)(end - offset)];
            if (source is null)
            {
                run.Clear();
            }
            else
            {
                source.Read(offset, run);
            }

            buffer = buffer[run.Length..];
            offset = end;
        }
    }

    /// <inheritdoc/>
    public bool TryReadCached(long offset, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            (var source, var end) = SourceOf(offset, offset + buffer.Length);
            var run = buffer[..(int)(end - offset)];
            if (source is null)
            {
                run.Clear();
            }
            else if (!source.TryReadCached(offset, run))
            {
                return false;
            }

            buffer = buffer[run.Length..];
            offset = end;
        }

        return true;
    }

    /// <summary>Flushes the overlay. It is discarded in the end, but until then the client must be told if its medium has lost a write.</summary>
    public void Flush() => _store.Flush();

    /// <inheritdoc/>
    public void Prefetch(long offset, long length) => _base.Prefetch(offset, length);

    /// <inheritdoc/>
    public BlockExtent FindExtent(long offset, long length)
    {
        var extent = FindOne(offset, length);
        for (var i = 0; i < MaxMerged && extent.Length < length; i++)
        {
            var next = FindOne(offset + extent.Length, length - extent.Length);
            if (next.IsHole != extent.IsHole)
            {
                break;
            }

            extent = extent with { Length = extent.Length + next.Length };
        }

        return extent;
    }

    /// <inheritdoc/>
    public void Dispose() => _overlay.Dispose();

    // A null source means zeroes.
    private (IBlockDevice? Source, long End) SourceOf(long offset, long end)
    {
        (var source, var runEnd) = _map.FindRun(offset, end);
        return (source switch { BlockSource.Zero => null, BlockSource.Overlay => _store, _ => _base }, runEnd);
    }

    private BlockExtent FindOne(long offset, long length)
    {
        (var source, var end) = _map.FindRun(offset, offset + length);
        return source == BlockSource.Base ? _base.FindExtent(offset, end - offset) : new BlockExtent(end - offset, source == BlockSource.Zero);
    }

    // Everything below changes the overlay unit by unit, under the unit's lock, so that two writes to parts of one block do not both
    // copy the rest of it from the base.

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            var length = (int)Math.Min(data.Length, UnitSize - (offset % UnitSize));
            lock (_map.LockOf(offset / UnitSize))
            {
                WriteWithinUnit(offset, data[..length]);
            }

            data = data[length..];
            offset += length;
        }
    }

    /// <inheritdoc/>
    public void WriteZeroes(long offset, long length, ZeroOptions options)
    {
        if (options.HasFlag(ZeroOptions.KeepAllocated | ZeroOptions.OnlyIfFast))
        {
            throw new LinuxException("a snapshot cannot reserve space for zeroes without writing them", Errno.EOPNOTSUPP);
        }

        ForEachUnit(offset, length, (at, count) =>
        {
            if (options.HasFlag(ZeroOptions.KeepAllocated))
            {
                WriteWithinUnit(at, s_zeroes.AsSpan(0, count));
            }
            else
            {
                ZeroWithinUnit(at, count);
            }
        });
    }

    /// <summary>
    /// Frees the whole blocks that the overlay holds, which then read as zeroes. Blocks that were never written still read from
    /// the base: recording that they are unused would only cost memory.
    /// </summary>
    public void Trim(long offset, long length) => ForEachUnit(offset, length, (at, count) =>
    {
        (var start, var end) = WholeBlocks(at, count);
        if (start < end)
        {
            (var owned, _) = _map.Read(at / UnitSize);
            Release(at / UnitSize, OverlayMap.BlocksOf(start, end) & owned, start, end);
        }
    });

    private void ForEachUnit(long offset, long length, Action<long, int> act)
    {
        var end = offset + length;
        while (offset < end)
        {
            var count = (int)Math.Min(end - offset, UnitSize - (offset % UnitSize));
            lock (_map.LockOf(offset / UnitSize))
            {
                act(offset, count);
            }

            offset += count;
        }
    }

    private void WriteWithinUnit(long offset, ReadOnlySpan<byte> data)
    {
        var unit = offset / UnitSize;
        var start = (int)(offset % UnitSize);
        var end = start + data.Length;
        var blocks = OverlayMap.BlocksOf(start, end);
        (var owned, var stored) = Prepare(unit);
        _overlay.Take(BitOperations.PopCount(blocks & ~stored));
        try
        {
            if (start % BlockSize != 0 && (owned & OverlayMap.BlocksOf(start, start + 1)) == 0)
            {
                CopyFromBase(offset - (start % BlockSize), offset);
            }

            if (end % BlockSize != 0 && (owned & OverlayMap.BlocksOf(end - 1, end)) == 0)
            {
                CopyFromBase(offset + data.Length, Math.Min((unit * UnitSize) + AlignUp(end), Size));
            }

            _store.Write(offset, data);
            owned |= blocks;
        }
        finally
        {
            // Mark the blocks as stored after a failure too: leftovers in the store must be removed before the blocks count as zeroes.
            _map.Write(unit, owned, stored | blocks);
        }
    }

    private void ZeroWithinUnit(long offset, int length)
    {
        var unit = offset / UnitSize;
        var start = (int)(offset % UnitSize);
        (var wholeStart, var wholeEnd) = WholeBlocks(offset, length);
        if (wholeStart >= wholeEnd)
        {
            WriteZeroesInBlocks(offset, length);
            return;
        }

        WriteZeroesInBlocks(offset, wholeStart - start);
        WriteZeroesInBlocks((unit * UnitSize) + wholeEnd, start + length - wholeEnd);
        Prepare(unit);
        Release(unit, OverlayMap.BlocksOf(wholeStart, wholeEnd), wholeStart, wholeEnd);
    }

    // Zeroes parts of one or two blocks; skips blocks that are all zeroes already.
    private void WriteZeroesInBlocks(long offset, int length)
    {
        var end = offset + length;
        while (offset < end)
        {
            (var source, var runEnd) = _map.FindRun(offset, end);
            if (source != BlockSource.Zero)
            {
                WriteWithinUnit(offset, s_zeroes.AsSpan(0, (int)(runEnd - offset)));
            }

            offset = runEnd;
        }
    }

    /// <summary>Turns the given blocks of a unit into zeroes and frees them in the store. Start and end count bytes from the start of the unit.</summary>
    private void Release(long unit, ulong blocks, int start, int end)
    {
        (var owned, var stored) = _map.Read(unit);
        var released = blocks & stored;
        if (released != 0)
        {
            // Punch the hole before updating the map, so that a concurrent reader sees either the old bytes or zeroes. Other
            // blocks that the hole covers hold only leftovers of failed writes.
            var first = Math.Max(start, BitOperations.TrailingZeroCount(released) * BlockSize);
            var last = Math.Min(end, (64 - BitOperations.LeadingZeroCount(released)) * BlockSize);
            _store.WriteZeroes((unit * UnitSize) + first, last - first, ZeroOptions.None);
            _overlay.GiveBack(BitOperations.PopCount(released));
        }

        if (blocks != 0)
        {
            _map.Write(unit, owned | blocks, stored & ~released);
        }
    }

    private (ulong Owned, ulong Stored) Prepare(long unit)
    {
        // Count the map's own memory as well; it is a quarter of a block.
        if (!_map.Knows(unit))
        {
            _overlay.Take(1);
            if (!_map.Prepare(unit))
            {
                _overlay.GiveBack(1);
            }
        }

        return _map.Read(unit);
    }

    private void CopyFromBase(long offset, long end)
    {
        if (offset < end)
        {
            Span<byte> part = stackalloc byte[(int)(end - offset)];
            _base.Read(offset, part);
            _store.Write(offset, part);
        }
    }

    // Offsets count from the start of the unit. The last block of the disk is whole even if the disk ends within it.
    private (int Start, int End) WholeBlocks(long offset, int length)
    {
        var start = (int)(offset % UnitSize);
        var end = start + length;
        return (AlignUp(start), offset + length == Size ? end : end / BlockSize * BlockSize);
    }

    private static int AlignUp(int offset) => (offset + BlockSize - 1) / BlockSize * BlockSize;
}
