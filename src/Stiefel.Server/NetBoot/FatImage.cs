using System.Buffers.Binary;
using System.Text;

namespace Stiefel.Server.NetBoot;

/// <summary>
/// A FAT16 file system without a partition table (Microsoft, "FAT: General Overview of On-Disk Format"), put together from files that are elsewhere: each of them
/// is in consecutive clusters, so that nothing is copied. UEFI's HTTP boot makes a disk in memory of it (UEFI specification, section 24.7).
/// </summary>
internal sealed class FatImage
{
    private const int SectorSize = 512, EntrySize = 32, Reserved = 1, Tables = 2, RootEntries = 512;
    private const int RootSectors = RootEntries * EntrySize / SectorSize;

    // Readers tell FAT16 from its relatives by the count of clusters alone; stay a little away from both limits.
    private const int LeastClusters = 4200, MostClusters = 65000;

    private const byte Media = 0xf8, IsDirectory = 0x10, IsFile = 0x20;
    private const ushort EndOfChain = 0xffff, FirstCluster = 2;

    private readonly List<InitrdPiece> _data = [];
    private readonly List<ushort> _table = [0xff00 | Media, EndOfChain];
    private readonly int _clusterSize;

    private FatImage(int clusterSize) => _clusterSize = clusterSize;

    /// <summary>Makes the image.</summary>
    /// <param name="files">The files by path, as EFI/BOOT/BOOTX64.EFI: upper case, names of at most 8 and 3 letters, at most 14 in a directory.</param>
    /// <exception cref="InvalidDataException">The files are too large for FAT16.</exception>
    public static NetBootContent Of(IReadOnlyDictionary<string, NetBootContent> files)
    {
        for (var size = SectorSize; size <= 64 * SectorSize; size *= 2)
        {
            if (files.Values.Sum(file => (file.Length + size - 1) / size) < MostClusters - files.Count)
            {
                return new FatImage(size).Make(files);
            }
        }

        throw new InvalidDataException($"the files of network boot have {files.Values.Sum(file => file.Length)} bytes, too many for one image");
    }

    private NetBootContent Make(IReadOnlyDictionary<string, NetBootContent> files)
    {
        var root = AddDirectory([.. files.Select(file => (file.Key.Split('/'), file.Value))], own: 0, parent: 0);
        var spare = Math.Max(0, LeastClusters - (_table.Count - FirstCluster));
        var clusters = _table.Count - FirstCluster + spare;
        var table = Table(clusters);
        var head = new byte[Reserved * SectorSize];
        WriteHead(head, clusters, table.Length / SectorSize);
        return new NetBootContent([
            InitrdPiece.Of(head), .. Enumerable.Repeat(InitrdPiece.Of(table), Tables), InitrdPiece.Of([.. root, .. new byte[(RootSectors * SectorSize) - root.Length]]),
            .. _data, InitrdPiece.Of(new byte[spare * _clusterSize]),
        ]);
    }

    /// <summary>Adds what is in a directory; returns the directory's own entries.</summary>
    private byte[] AddDirectory(IReadOnlyList<(string[] Path, NetBootContent Content)> files, ushort own, ushort parent)
    {
        List<byte> entries = [];
        if (own != 0)
        {
            entries.AddRange([.. Entry(".", IsDirectory, own, 0), .. Entry("..", IsDirectory, parent, 0)]);
        }

        foreach (var group in files.GroupBy(file => file.Path[0]))
        {
            if (group.First().Path.Length == 1)
            {
                var content = group.First().Content;
                entries.AddRange(Entry(group.Key, IsFile, Add(content), (uint)content.Length));
                continue;
            }

            // Its cluster comes before those of what is in it, whose places it names.
            var (place, cluster) = (_data.Count, Take(_clusterSize));
            var inside = AddDirectory([.. group.Select(file => (file.Path[1..], file.Content))], cluster, own);
            _data.Insert(place, InitrdPiece.Of([.. inside, .. new byte[_clusterSize - inside.Length]]));
            entries.AddRange(Entry(group.Key, IsDirectory, cluster, 0));
        }

        return [.. entries];
    }

    private ushort Add(NetBootContent content)
    {
        var first = Take(content.Length);
        _data.AddRange(content.Pieces);
        _data.Add(InitrdPiece.Of(new byte[(_clusterSize - (content.Length % _clusterSize)) % _clusterSize]));
        return content.Length == 0 ? (ushort)0 : first;
    }

    /// <summary>Takes the next clusters for so many bytes; returns the first.</summary>
    private ushort Take(long bytes)
    {
        var first = (ushort)_table.Count;
        var end = first + ((bytes + _clusterSize - 1) / _clusterSize);
        for (var cluster = first; cluster < end; cluster++)
        {
            _table.Add(cluster + 1 == end ? EndOfChain : (ushort)(cluster + 1));
        }

        return first;
    }

    private byte[] Table(int clusters)
    {
        var sectors = (((FirstCluster + clusters) * sizeof(ushort)) + SectorSize - 1) / SectorSize;
        var table = new byte[sectors * SectorSize];
        for (var cluster = 0; cluster < _table.Count; cluster++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(table.AsSpan(cluster * sizeof(ushort)), _table[cluster]);
        }

        return table;
    }

    private void WriteHead(Span<byte> head, int clusters, int tableSectors)
    {
        var sectors = Reserved + (Tables * tableSectors) + RootSectors + (clusters * (_clusterSize / SectorSize));
        ((ReadOnlySpan<byte>)[0xeb, 0x3c, 0x90]).CopyTo(head); // a jump over these fields
        "STIEFEL "u8.CopyTo(head[3..]);
        BinaryPrimitives.WriteUInt16LittleEndian(head[11..], SectorSize);
        head[13] = (byte)(_clusterSize / SectorSize);
        BinaryPrimitives.WriteUInt16LittleEndian(head[14..], Reserved);
        head[16] = Tables;
        BinaryPrimitives.WriteUInt16LittleEndian(head[17..], RootEntries);
        BinaryPrimitives.WriteUInt16LittleEndian(head[19..], sectors < 0x10000 ? (ushort)sectors : (ushort)0);
        head[21] = Media;
        BinaryPrimitives.WriteUInt16LittleEndian(head[22..], (ushort)tableSectors);
        BinaryPrimitives.WriteUInt16LittleEndian(head[24..], 63); // sectors of a track and heads, which nobody counts any more
        BinaryPrimitives.WriteUInt16LittleEndian(head[26..], 255);
        BinaryPrimitives.WriteUInt32LittleEndian(head[32..], sectors < 0x10000 ? 0 : (uint)sectors);
        head[36] = 0x80;
        head[38] = 0x29; // number, label and type follow
        BinaryPrimitives.WriteUInt32LittleEndian(head[39..], 0x5354_4945);
        "NO NAME    FAT16   "u8.CopyTo(head[43..]);
        (head[510], head[511]) = (0x55, 0xaa);
    }

    private static byte[] Entry(string name, byte attributes, ushort cluster, uint length)
    {
        var entry = new byte[EntrySize];
        entry.AsSpan(0, 11).Fill((byte)' ');
        var parts = name is "." or ".." ? [name] : name.Split('.');
        Encoding.ASCII.GetBytes(parts[0]).CopyTo(entry, 0);
        Encoding.ASCII.GetBytes(parts.Length > 1 ? parts[1] : "").CopyTo(entry, 8);
        entry[11] = attributes;
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(24), 0x21); // 1980-01-01, the first day of FAT
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(26), cluster);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(28), length);
        return entry;
    }
}
