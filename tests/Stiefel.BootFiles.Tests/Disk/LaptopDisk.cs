using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Stiefel.BootFiles.Disk;
using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;
using Stiefel.Linux.Tests;
using Stiefel.Linux.Tests.Mounts;

namespace Stiefel.BootFiles.Tests.Disk;

/// <summary>A disk image with a GPT and real file systems, which the kernel sees as a disk with partitions. Needs root.</summary>
internal sealed class LaptopDisk : IDisposable
{
    private const long FirstByte = 1 << 20;

    private readonly TemporaryDirectory _scratch = new();
    private readonly LoopDevice _device;
    private readonly List<string> _partitions = [];

    /// <param name="partitions">Type and size in MiB of each partition in order; the type is mkfs's name, or empty for no file system.</param>
    public LaptopDisk(params (string Type, int Size)[] partitions)
        : this("", partitions)
    {
    }

    /// <param name="firstType">The first partition's type in the table, by sfdisk's name: `uefi`.</param>
    /// <param name="partitions">Type and size in MiB of each partition in order.</param>
    public LaptopDisk(string firstType, params (string Type, int Size)[] partitions)
    {
        Image = _scratch.File("disk");
        using (var image = File.Create(Image))
        {
            image.SetLength((2 + partitions.Sum(partition => (long)partition.Size)) << 20);
        }

        var start = FirstByte;
        var table = new StringBuilder("label: gpt\n");
        foreach ((var _, var size) in partitions)
        {
            table.Append(CultureInfo.InvariantCulture, $"start={Sector(start)}, size={Sector((long)size << 20)}{(start == FirstByte && firstType.Length > 0 ? $", type={firstType}" : "")}\n");
            start += (long)size << 20;
        }

        // Use sfdisk, because sgdisk syncs the whole machine and sleeps for a second.
        ExternalProgram.Run("sfdisk", ["--quiet", "--no-reread", "--no-tell-kernel", Image], new ExternalProgramOptions { Input = new MemoryStream(Encoding.ASCII.GetBytes(table.ToString())) });
        _device = new LoopDevice(Image);
        start = FirstByte;
        for (var at = 0; at < partitions.Length; at++)
        {
            var size = (long)partitions[at].Size << 20;
            _partitions.Add(_device.AddPartition(at + 1, start, size));
            start += size;
            if (partitions[at].Type.Length > 0)
            {
                ExternalProgram.Run($"mkfs.{partitions[at].Type}", [_partitions[at]]);
            }
        }
    }

    public string Image { get; }

    public string Path => _device.Path;

    public string MountDirectory => _scratch.File("mnt");

    public string Scratch => _scratch.Path;

    public string Partition(int number) => _partitions[number - 1];

    public string Tag(int number, string tag) => ExternalProgram.Run("blkid", ["-p", "-o", "value", "-s", tag, Partition(number)]).Text.Trim();

    /// <summary>Mounts a partition for writing.</summary>
    public void Fill(int number, Action<string> write)
    {
        var directory = Directory.CreateDirectory(_scratch.File("fill")).FullName;
        ExternalProgram.Run("mount", [Partition(number), directory]);
        try
        {
            write(directory);
        }
        finally
        {
            Mount.Unmount(directory);
        }
    }

    public DiskBootSource Source(string? partition = null, string? disk = null, IVolumeTools? tools = null, string? luksPartition = null)
        => new(
            new DiskBootOptions { Disk = disk ?? Path, Partition = partition, LuksPartition = luksPartition, MountDirectory = MountDirectory },
            tools ?? new FakeVolumeTools(), NullLogger<DiskBootSource>.Instance);

    /// <summary>The first bytes of a LUKS1 header, enough for blkid.</summary>
    public void MakeLuks(int number)
    {
        var header = new byte[4096];
        "LUKS"u8.CopyTo(header);
        (header[4], header[5], header[7]) = (0xba, 0xbe, 1);
        "5a1e0009-7a9d-4c1e-9b57-0d2f4c6e8a10"u8.CopyTo(header.AsSpan(168));
        using var device = File.OpenWrite(Partition(number));
        device.Write(header);
    }

    /// <summary>LVM's label in the second sector, enough for blkid.</summary>
    public void MakeLvm(int number)
    {
        var sector = new byte[512];
        "LABELONE"u8.CopyTo(sector);
        sector[8] = 1;  // this sector's number
        sector[20] = 32; // offset of its header
        "LVM2 001"u8.CopyTo(sector.AsSpan(24));
        "abcdefghijklmnopqrstuvwxyz012345"u8.CopyTo(sector.AsSpan(32));
        BinaryPrimitives.WriteUInt32LittleEndian(sector.AsSpan(16), Crc(sector.AsSpan(20)));
        using var device = File.OpenWrite(Partition(number));
        device.Position = sector.Length;
        device.Write(sector);
    }

    /// <summary>The image's hash, after the device's cache was dropped.</summary>
    public string Hash()
    {
        ExternalProgram.Run("blockdev", ["--flushbufs", Path]);
        return FileSystemImage.Hash(Image);
    }

    public void Dispose()
    {
        _device.Dispose();
        _scratch.Dispose();
    }

    // LVM's checksum: reversed CRC-32 with another initial value.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xf597a6cf;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
            }
        }

        return crc;
    }

    private static long Sector(long bytes) => bytes / 512;
}
