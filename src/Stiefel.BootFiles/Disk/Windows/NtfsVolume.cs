using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.BootFiles.Disk.Windows;

/// <summary>
/// Reads NTFS as far as needed for the beginning of a file in the top directory (linux fs/ntfs3/ntfs.h): boot sector, records of the master file
/// table, their attributes, runs of clusters, and the directory's index. Nothing is mounted or written, and every length on the volume is checked.
/// </summary>
internal sealed class NtfsVolume
{
    private const int BootSectorBytes = 512;
    private const int LargestCluster = 2 << 20;
    private const int LargestRecord = 64 << 10;

    // More than a top directory filled by a person takes.
    private const int MostIndexBytes = 16 << 20;

    private const int RootDirectory = 5;
    private const ulong RecordNumber = 0xffff_ffff_ffff;
    private const ushort InUse = 1;

    private readonly SafeFileHandle _handle;
    private readonly int _cluster;
    private readonly int _recordBytes;
    private readonly IReadOnlyList<NtfsRun> _table;

    private NtfsVolume(SafeFileHandle handle, int cluster, int recordBytes, long table)
    {
        (_handle, _cluster, _recordBytes) = (handle, cluster, recordBytes);
        // The table's first record describes the table itself; the boot sector says where it is.
        _table = NtfsRecord.Read(ReadExactly(table, recordBytes)).Attribute(NtfsAttribute.Data)?.Runs ?? throw Damaged();
    }

    /// <summary>Reads the boot sector.</summary>
    /// <exception cref="InvalidDataException">The volume is damaged or not NTFS.</exception>
    /// <exception cref="IOException">The volume cannot be read.</exception>
    public static NtfsVolume Open(SafeFileHandle handle)
    {
        var boot = new byte[BootSectorBytes];
        if (RandomAccess.Read(handle, boot, 0) != boot.Length || !boot.AsSpan(3, 8).SequenceEqual("NTFS    "u8))
        {
            throw Damaged();
        }

        var sector = BinaryPrimitives.ReadUInt16LittleEndian(boot.AsSpan(11));
        var cluster = (long)sector * (boot[13] <= 128 ? boot[13] : 1L << (256 - boot[13]));
        var table = BinaryPrimitives.ReadInt64LittleEndian(boot.AsSpan(48));
        var perRecord = (sbyte)boot[64];
        var record = perRecord > 0 ? perRecord * cluster : 1L << Math.Min(-perRecord, 31);
        return sector is >= 256 and <= 4096 && cluster is >= 512 and <= LargestCluster && record is >= 512 and <= LargestRecord && table > 0 && table < long.MaxValue / cluster
            ? new NtfsVolume(handle, (int)cluster, (int)record, table * cluster)
            : throw Damaged();
    }

    /// <summary>The first bytes of a file in the top directory; null if there is no file of that name, or it is shorter.</summary>
    /// <exception cref="InvalidDataException">The volume is damaged.</exception>
    /// <exception cref="IOException">The volume cannot be read.</exception>
    public byte[]? BeginningOf(string name, int bytes)
    {
        if (FindInRoot(name) is not { } number || Record(number) is not { Flags: var flags } record || (flags & InUse) == 0 || record.Attribute(NtfsAttribute.Data) is not { } data)
        {
            return null;
        }

        return data.Resident is { } inside ? (inside.Length >= bytes ? inside[..bytes].ToArray() : null)
            : data.Runs is [{ Start: { } start }, ..] ? ReadExactly(Offset(start), bytes)
            : null;
    }

    private long? FindInRoot(string name)
    {
        var directory = Record(RootDirectory);
        if (directory.Attribute(NtfsAttribute.IndexRoot)?.Resident is not { Length: >= NtfsIndex.RootHeader } root)
        {
            throw Damaged();
        }

        if (NtfsIndex.Find(root.Span[NtfsIndex.RootHeader..], name) is { } found)
        {
            return (long)(found & RecordNumber);
        }

        var block = BinaryPrimitives.ReadInt32LittleEndian(root.Span[8..]);
        if (block is < 512 or > LargestRecord)
        {
            throw Damaged();
        }

        // Search all blocks instead of following the index: even a large top directory takes little time.
        var left = MostIndexBytes;
        foreach (var run in directory.Attribute(NtfsAttribute.IndexAllocation)?.Runs ?? [])
        {
            for (long at = 0; run.Start is { } start && at + block <= run.Clusters * _cluster && left > 0; at += block, left -= block)
            {
                if (NtfsIndex.FindInBlock(ReadExactly(Offset(start) + at, block), name) is { } below)
                {
                    return (long)(below & RecordNumber);
                }
            }
        }

        return null;
    }

    private NtfsRecord Record(long number)
    {
        var at = number > long.MaxValue / LargestRecord ? throw Damaged() : number * _recordBytes;
        foreach (var run in _table)
        {
            var length = run.Clusters * _cluster;
            if (at < length)
            {
                return run.Start is { } start ? NtfsRecord.Read(ReadExactly(Offset(start) + at, _recordBytes)) : throw Damaged();
            }

            at -= length;
        }

        throw Damaged();
    }

    private long Offset(long cluster) => cluster >= 0 && cluster < long.MaxValue / LargestCluster / 2 ? cluster * _cluster : throw Damaged();

    private byte[] ReadExactly(long offset, int length)
    {
        var bytes = new byte[length];
        return RandomAccess.Read(_handle, bytes, offset) == length ? bytes : throw Damaged();
    }

    internal static InvalidDataException Damaged() => new("the volume is damaged or not NTFS");
}
