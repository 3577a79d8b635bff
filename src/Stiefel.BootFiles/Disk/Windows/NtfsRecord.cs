using System.Buffers.Binary;

namespace Stiefel.BootFiles.Disk.Windows;

/// <summary>Clusters that follow each other.</summary>
/// <param name="Start">The first on the volume; null for a hole.</param>
/// <param name="Clusters">How many.</param>
internal readonly record struct NtfsRun(long? Start, long Clusters);

/// <summary>A part of a record: what a file holds, or what a directory lists.</summary>
/// <param name="Resident">It is in the record itself.</param>
/// <param name="Runs">Or else where it is.</param>
internal sealed record NtfsAttribute(ReadOnlyMemory<byte>? Resident, IReadOnlyList<NtfsRun>? Runs)
{
    public const uint Data = 0x80;
    public const uint IndexRoot = 0x90;
    public const uint IndexAllocation = 0xa0;

    // More than the records of a fragmented disk hold.
    private const int MostRuns = 8192;
    private const long MostClusters = 1L << 40;

    internal static NtfsAttribute Read(ReadOnlyMemory<byte> attribute)
    {
        var bytes = attribute.Span;
        if (bytes[8] == 0)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
            int at = BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]);
            return at <= bytes.Length && length <= bytes.Length - at ? new(attribute.Slice(at, (int)length), null) : throw NtfsVolume.Damaged();
        }

        int runs = bytes.Length >= 34 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[32..]) : throw NtfsVolume.Damaged();
        return runs < bytes.Length ? new(null, ReadRuns(bytes[runs..])) : throw NtfsVolume.Damaged();
    }

    /// <summary>Each has a byte of two lengths, a count of that length, and how far its start is from that of the one before, signed.</summary>
    private static List<NtfsRun> ReadRuns(ReadOnlySpan<byte> bytes)
    {
        var runs = new List<NtfsRun>();
        long start = 0;
        for (var at = 0; at < bytes.Length && bytes[at] != 0 && runs.Count < MostRuns;)
        {
            int count = bytes[at] & 15, distance = bytes[at] >> 4;
            if (count is 0 or > 8 || distance > 8 || at + 1 + count + distance > bytes.Length)
            {
                throw NtfsVolume.Damaged();
            }

            var clusters = Signed(bytes.Slice(at + 1, count));
            start = unchecked(start + Signed(bytes.Slice(at + 1 + count, distance)));
            if (clusters is <= 0 or > MostClusters || start is < 0 or > MostClusters)
            {
                throw NtfsVolume.Damaged();
            }

            runs.Add(new NtfsRun(distance == 0 ? null : start, clusters));
            at += 1 + count + distance;
        }

        return runs;
    }

    private static long Signed(ReadOnlySpan<byte> bytes)
    {
        var value = bytes.Length > 0 && bytes[^1] >= 0x80 ? -1L : 0;
        for (var at = bytes.Length - 1; at >= 0; at--)
        {
            value = (value << 8) | bytes[at];
        }

        return value;
    }
}

/// <summary>What the master file table says of one file.</summary>
internal sealed class NtfsRecord
{
    private const uint End = 0xffff_ffff;

    // Every 512 bytes end in a number that tells a torn write, whatever the disk's sector.
    private const int Stride = 512;

    private readonly byte[] _bytes;

    private NtfsRecord(byte[] bytes) => _bytes = bytes;

    public ushort Flags => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(22));

    /// <param name="bytes">Becomes the record's.</param>
    /// <exception cref="InvalidDataException">It is none, or damaged.</exception>
    public static NtfsRecord Read(byte[] bytes)
    {
        Repair(bytes, "FILE"u8);
        return new NtfsRecord(bytes);
    }

    /// <summary>Puts back what the numbers at the ends of the strides had replaced.</summary>
    /// <exception cref="InvalidDataException">A write was torn, or it is something else.</exception>
    internal static void Repair(byte[] bytes, ReadOnlySpan<byte> signature)
    {
        int at = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(4)), count = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(6));
        if (!bytes.AsSpan().StartsWith(signature) || count - 1 != bytes.Length / Stride || at + (count * 2) > Stride)
        {
            throw NtfsVolume.Damaged();
        }

        for (var stride = 1; stride < count; stride++)
        {
            var end = bytes.AsSpan((stride * Stride) - 2, 2);
            if (!end.SequenceEqual(bytes.AsSpan(at, 2)))
            {
                throw NtfsVolume.Damaged();
            }

            bytes.AsSpan(at + (stride * 2), 2).CopyTo(end);
        }
    }

    /// <summary>The first of a type; null if it has none, or it lies in another record. Data has no name, indexes have one, and no file here has several.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public NtfsAttribute? Attribute(uint type)
    {
        const int HeaderLength = 24;
        for (int at = BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(20)); at + HeaderLength <= _bytes.Length;)
        {
            var found = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at));
            var length = BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at + 4));
            if (found == End)
            {
                break;
            }

            if (length < HeaderLength || length > _bytes.Length - at)
            {
                throw NtfsVolume.Damaged();
            }

            var isNamed = _bytes[at + 9] != 0;
            if (found == type && isNamed == (type != NtfsAttribute.Data))
            {
                return NtfsAttribute.Read(_bytes.AsMemory(at, (int)length));
            }

            at += (int)length;
        }

        return null;
    }
}
