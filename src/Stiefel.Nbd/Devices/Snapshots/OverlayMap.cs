using System.Numerics;

namespace Stiefel.Nbd.Devices.Snapshots;

/// <summary>The source of a block of a snapshot.</summary>
internal enum BlockSource
{
    /// <summary>The base disk: the block was never changed.</summary>
    Base,

    /// <summary>No source: the block is all zeroes.</summary>
    Zero,

    /// <summary>The overlay.</summary>
    Overlay,
}

/// <summary>
/// Records which blocks of a disk were changed, with two bits for each block, kept only for the parts of the disk that were
/// written. A unit is a word of 64 blocks; it is changed under its lock and read without one.
/// </summary>
internal sealed class OverlayMap(long size)
{
    /// <summary>Bytes of a block: the size that file systems, the page cache and clients use.</summary>
    public const int BlockSize = 4096;

    /// <summary>Bytes of a unit, which one lock covers.</summary>
    public const int UnitSize = BlockSize * BlocksPerUnit;

    private const int BlocksPerUnit = 64;
    private const int UnitsPerChunk = 64;
    private const int LockCount = 64;

    private readonly SparseTable<Chunk> _chunks = new(((size - 1) / ((long)UnitSize * UnitsPerChunk)) + 1);
    private readonly Lock[] _locks = [.. Enumerable.Range(0, LockCount).Select(_ => new Lock())];

    /// <summary>The lock to hold while a unit is changed.</summary>
    public Lock LockOf(long unit) => _locks[unit % LockCount];

    /// <summary>
    /// The two bits of each block of a unit. Owned: the block no longer comes from the base. Stored: the overlay holds bytes for
    /// the block; if Owned is not set, they are leftovers of a failed write.
    /// </summary>
    public (ulong Owned, ulong Stored) Read(long unit)
    {
        if (_chunks.Find(unit / UnitsPerChunk) is not { } chunk)
        {
            return (0, 0);
        }

        // Read Owned first, because a writer sets Stored before Owned.
        var owned = Volatile.Read(ref chunk.Owned[unit % UnitsPerChunk]);
        return (owned, Volatile.Read(ref chunk.Stored[unit % UnitsPerChunk]));
    }

    /// <summary>True if the map already has memory for this part of the disk.</summary>
    public bool Knows(long unit) => _chunks.Find(unit / UnitsPerChunk) is not null;

    /// <summary>Allocates the bits of this part of the disk; false if another thread has done so meanwhile.</summary>
    public bool Prepare(long unit) => _chunks.TryAdd(unit / UnitsPerChunk, new Chunk());

    /// <summary>Sets a unit's bits. The caller holds the unit's lock and has called <see cref="Prepare"/>.</summary>
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

    /// <summary>Finds the source of the byte at the offset, and the end of the run that has the same source, at most <paramref name="end"/>.</summary>
    public (BlockSource Source, long End) FindRun(long offset, long end)
    {
        BlockSource? source = null;
        while (offset < end)
        {
            var unit = offset / UnitSize;
            if (source is null or BlockSource.Base && !Knows(unit))
            {
                // Skip any number of parts that were never written in one step.
                source = BlockSource.Base;
                var next = _chunks.FindNext(unit / UnitsPerChunk, ((end - 1) / ((long)UnitSize * UnitsPerChunk)) + 1);
                offset = Math.Clamp(next * UnitsPerChunk * UnitSize, offset, end); // never backwards, in case another thread has just written here
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
