using System.Numerics;

namespace Stiefel.Nbd.Devices.Snapshots;

/// <summary>
/// A table of any length that uses memory only for existing entries and finds the next one without visiting every missing index: a tree
/// of nodes with 256 places each. Reads take no lock; several threads may add entries at once; entries are never removed.
/// </summary>
internal sealed class SparseTable<T>
    where T : class
{
    private const int Bits = 8;
    private const int Places = 1 << Bits;

    private readonly object?[] _root = new object?[Places];
    private readonly int _depth;

    /// <param name="length">Largest possible number of entries; at least 1.</param>
    public SparseTable(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        var bits = 64 - BitOperations.LeadingZeroCount((ulong)(length - 1));
        _depth = Math.Max(1, (bits + Bits - 1) / Bits);
    }

    /// <summary>The entry, or null.</summary>
    public T? Find(long index)
    {
        var node = _root;
        for (var level = _depth - 1; level > 0; level--)
        {
            if (Volatile.Read(ref node[PlaceOf(index, level)]) is not object?[] next)
            {
                return null;
            }

            node = next;
        }

        return (T?)Volatile.Read(ref node[PlaceOf(index, 0)]);
    }

    /// <summary>Adds an entry; returns false and changes nothing if there is one already.</summary>
    public bool TryAdd(long index, T entry)
    {
        var node = _root;
        for (var level = _depth - 1; level > 0; level--)
        {
            ref var place = ref node[PlaceOf(index, level)];
            if (Volatile.Read(ref place) is null)
            {
                Interlocked.CompareExchange(ref place, new object?[Places], null);
            }

            node = (object?[])Volatile.Read(ref place)!;
        }

        return Interlocked.CompareExchange(ref node[PlaceOf(index, 0)], entry, null) is null;
    }

    /// <summary>The index of the first entry at or after <paramref name="index"/> and before <paramref name="end"/>; the end if there is none.</summary>
    public long FindNext(long index, long end) => Math.Min(FindNext(_root, _depth - 1, index, end) ?? end, end);

    private static long? FindNext(object?[] node, int level, long index, long end)
    {
        var first = index & ~((1L << (Bits * (level + 1))) - 1);
        for (var place = PlaceOf(index, level); place < Places; place++)
        {
            var start = first + ((long)place << (Bits * level));
            if (start >= end)
            {
                return null;
            }

            if (Volatile.Read(ref node[place]) is { } found && (level == 0 ? start : FindNext((object?[])found, level - 1, Math.Max(index, start), end)) is { } next)
            {
                return next;
            }
        }

        return null;
    }

    private static int PlaceOf(long index, int level) => (int)(index >> (Bits * level)) & (Places - 1);
}
