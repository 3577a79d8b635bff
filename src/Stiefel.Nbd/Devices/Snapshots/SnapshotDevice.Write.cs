using System.Numerics;
using Stiefel.Linux.Errors;

namespace Stiefel.Nbd.Devices.Snapshots;

// All that changes the overlay, unit by unit, each under its lock: two writes to parts of one block must not both bring the
// rest of it from the base.
public sealed partial class SnapshotDevice
{
    private const int BlockSize = OverlayMap.BlockSize;
    private const int UnitSize = OverlayMap.UnitSize;

    private static readonly byte[] s_zeroes = new byte[UnitSize];

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
            throw new LinuxException("zeroes that keep their place in a snapshot must be written out", Errno.EOPNOTSUPP);
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
    /// Gives back what the overlay holds of whole blocks, which then read as zeroes. What was never written stays as it is in
    /// the base: to note that it is unused would only cost memory.
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
            // After a failure too: some of it may be in the store, and must be removed before its place counts as zeroes.
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

    // Parts of one or two blocks: nothing to do where these are zeroes already.
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

    /// <summary>Makes blocks zero that lie between start and end, counted from the start of the unit, and forgets what the store holds of them.</summary>
    private void Release(long unit, ulong blocks, int start, int end)
    {
        (var owned, var stored) = _map.Read(unit);
        var released = blocks & stored;
        if (released != 0)
        {
            // First the hole, then the note: who reads meanwhile sees the old bytes or zeroes, but nothing else. What the hole
            // takes along of other blocks are remains of writes that failed.
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
        // The map's own memory counts as well; it is a quarter of this.
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

    // Counted from the start of the unit. The last block of the disk is whole even if the disk ends within it.
    private (int Start, int End) WholeBlocks(long offset, int length)
    {
        var start = (int)(offset % UnitSize);
        var end = start + length;
        return (AlignUp(start), offset + length == Size ? end : end / BlockSize * BlockSize);
    }

    private static int AlignUp(int offset) => (offset + BlockSize - 1) / BlockSize * BlockSize;
}
