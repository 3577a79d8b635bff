using System.Numerics;

namespace Stiefel.Nbd.Devices.Snapshots;

/// <summary>Where a block of a snapshot is to be read from.</summary>
internal enum BlockSource
{
    /// <summary>The base: it was never changed.</summary>
    Base,

    /// <summary>Nowhere: it is all zeroes.</summary>
    Zero,

    /// <summary>The overlay.</summary>
    Overlay,
}

/// <summary>
/// Which blocks of a disk were changed: two bits for each, kept for those parts of the disk only that were written. A word of
/// 64 blocks is a unit: it is changed under its lock, and read without one.
/// </summary>
internal sealed class OverlayMap(long size)
{
    /// <summary>Bytes of a block: what file systems, page cache and clients use.</summary>
    public const int BlockSize = 4096;

    /// <summary>Bytes that one lock covers.</summary>
    public const int UnitSize = BlockSize * BlocksPerUnit;

    private const int BlocksPerUnit = 64;
    private const int UnitsPerChunk = 64;
    private const int LockCount = 64;

    private readonly SparseTable<Chunk> _chunks = new(((size - 1) / ((long)UnitSize * UnitsPerChunk)) + 1);
    private readonly Lock[] _locks = [.. Enumerable.Range(0, LockCount).Select(_ => new Lock())];

    /// <summary>To be held while a unit is changed.</summary>
    public Lock LockOf(long unit) => _locks[unit % LockCount];

    /// <summary>
    /// The two bits of each block of a unit. Owned: the base does not count any more. Stored: the overlay holds bytes there;
    /// without Owned, remains of a write that failed.
    /// </summary>
    public (ulong Owned, ulong Stored) Read(long unit)
    {
        if (_chunks.Find(unit / UnitsPerChunk) is not { } chunk)
        {
            return (0, 0);
        }

        // In this order: a writer sets Stored before Owned.
        var owned = Volatile.Read(ref chunk.Owned[unit % UnitsPerChunk]);
        return (owned, Volatile.Read(ref chunk.Stored[unit % UnitsPerChunk]));
    }

    /// <summary>This part of the disk was written before, and costs memory already.</summary>
    public bool Knows(long unit) => _chunks.Find(unit / UnitsPerChunk) is not null;

    /// <summary>Makes room for the bits of this part of the disk; false if somebody else has done it meanwhile.</summary>
    public bool Prepare(long unit) => _chunks.TryAdd(unit / UnitsPerChunk, new Chunk());

    /// <summary>Under the unit's lock, after <see cref="Prepare"/>.</summary>
    public void Write(long unit, ulong owned, ulong stored)
    {
        var chunk = _chunks.Find(unit / UnitsPerChunk)!;
        Volatile.Write(ref chunk.Stored[unit % UnitsPerChunk], stored);
        Volatile.Write(ref chunk.Owned[unit % UnitsPerChunk], owned);
    }

    /// <summary>The bits of the blocks that hold the bytes from start to before end, both counted from the start of the unit.</summary>
    public static ulong BlocksOf(int start, int end)
    {
        var first = start / BlockSize;
        var count = ((end - 1) / BlockSize) - first + 1;
        return (ulong.MaxValue >> (BlocksPerUnit - count)) << first;
    }

    /// <summary>Where the byte at the offset is, and up to where, at most the given end, all is there.</summary>
    public (BlockSource Source, long End) FindRun(long offset, long end)
    {
        BlockSource? source = null;
        while (offset < end)
        {
            var unit = offset / UnitSize;
            if (source is null or BlockSource.Base && !Knows(unit))
            {
                // Whole parts that were never written, however many, are one step.
                source = BlockSource.Base;
                var next = _chunks.FindNext(unit / UnitsPerChunk, ((end - 1) / ((long)UnitSize * UnitsPerChunk)) + 1);
                offset = Math.Clamp(next * UnitsPerChunk * UnitSize, offset, end); // not back, if somebody has just written here
                continue;
            }

            (var owned, var stored) = Read(unit);
            var block = (int)(offset % UnitSize / BlockSize);
            var here = SourceOf(owned >> block, stored >> block);
            if (source is not null && source != here)
            {
                break;
            }

            source = here;
            var same = here switch
            {
                BlockSource.Base => ~owned,
                BlockSource.Zero => owned & ~stored,
                _ => owned & stored,
            };
            var count = BitOperations.TrailingZeroCount(~(same >> block));
            offset = (unit * UnitSize) + ((long)Math.Min(block + count, BlocksPerUnit) * BlockSize);
            if (block + count < BlocksPerUnit)
            {
                break;
            }
        }

        return (source ?? BlockSource.Base, Math.Min(offset, end));
    }

    private static BlockSource SourceOf(ulong owned, ulong stored) =>
        (owned & 1) == 0 ? BlockSource.Base : (stored & 1) == 0 ? BlockSource.Zero : BlockSource.Overlay;

    private sealed class Chunk
    {
        public readonly ulong[] Owned = new ulong[UnitsPerChunk];
        public readonly ulong[] Stored = new ulong[UnitsPerChunk];
    }
}
