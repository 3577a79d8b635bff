using System.Buffers.Binary;

namespace Stiefel.BootFiles.Disk.Windows;

/// <summary>A run of consecutive clusters.</summary>
/// <param name="Start">The number of the first cluster on the volume; null for a hole.</param>
/// <param name="Clusters">The number of clusters.</param>
internal readonly record struct NtfsRun(long? Start, long Clusters);

/// <summary>An attribute of a record: a file's content, or a directory's list.</summary>
/// <param name="Resident">The content, if it lies in the record itself.</param>
/// <param name="Runs">The clusters that hold the content, if it lies elsewhere.</param>
internal sealed record NtfsAttribute(ReadOnlyMemory<byte>? Resident, IReadOnlyList<NtfsRun>? Runs)
{
    public const uint Data = 0x80;
    public const uint IndexRoot = 0x90;
    public const uint IndexAllocation = 0xa0;

    // More than one record can hold, even on a fragmented disk.
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

    /// <summary>Reads runs: a byte with the lengths of two numbers, then these numbers: the count of clusters, and the signed distance from the previous run's start.</summary>
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

/// <summary>A file's record in the master file table.</summary>
internal sealed class NtfsRecord
{
    private const uint End = 0xffff_ffff;

    // The last two bytes of every 512 hold a number that reveals a torn write, whatever the disk's sector size.
    private const int Stride = 512;

    private readonly byte[] _bytes;

    private NtfsRecord(byte[] bytes) => _bytes = bytes;

    public ushort Flags => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(22));

    /// <param name="bytes">The record's content, which is modified and kept.</param>
    /// <exception cref="InvalidDataException">The content is damaged or not a record.</exception>
    public static NtfsRecord Read(byte[] bytes)
    {
        Repair(bytes, "FILE"u8);
        return new NtfsRecord(bytes);
    }

    /// <summary>Restores the two bytes at the end of each 512 that were replaced by the check number.</summary>
    /// <exception cref="InvalidDataException">A write was torn, or the signature is another.</exception>
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

    /// <summary>The first attribute of a type; null if there is none, or it lies in another record. Data has no name and indexes have one; the files read here have one of each.</summary>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
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
