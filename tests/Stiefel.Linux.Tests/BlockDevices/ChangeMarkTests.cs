using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Files;
using Stiefel.Linux.Tests.Mounts;
using Xunit;

namespace Stiefel.Linux.Tests.BlockDevices;

public sealed class ChangeMarkTests : IDisposable
{
    // Fields: reads 4, writes 4, in flight, times 2, discards 4, flushes 2 (Documentation/block/stat.rst).
    private const string Counters = "894563 41862 88996522 3566814 1932736 206938 286852320 1194641 0 362884 4926711 714018 832 278348672 132674 314163 32580";

    private readonly SysfsTree _tree = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _tree.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void OfDevice_Partition_IsTheCountersOfItsDisk()
    {
        Add("sda");
        _tree.AddPartition("sda", "sda1", "8:1");
        Assert.Equal("disk 9, written 1932736/286852320, discarded 714018/278348672", ChangeMark.OfDevice(new DeviceNumber(8, 1), _tree.Sysfs));
    }

    [Theory]
    [InlineData("nvme0n1", "pcie", true)]
    [InlineData("nvme0n1", "tcp", false)]
    [InlineData("nvme0n1", null, false)]
    [InlineData("rbd0", null, false)]
    [InlineData("drbd0", null, false)]
    [InlineData("dm-0", null, false)]
    [InlineData("md127", null, false)]
    [InlineData("zram0", null, false)]
    [InlineData("vda", null, true)]
    [InlineData("mmcblk0", null, true)]
    public void OfDevice_ByDriver_IsToldWhereThisKernelAloneWritesAndCounts(string disk, string? transport, bool isTold)
    {
        Add(disk);
        if (transport is not null)
        {
            _tree.Write($"devices/pci/{disk}/device/transport", transport + "\n");
        }

        Assert.Equal(isTold, ChangeMark.OfDevice(new DeviceNumber(8, 0), _tree.Sysfs).Length > 0);
    }

    [Theory]
    [InlineData("queue/iostats", "0")]
    [InlineData("stat", "1 2 3")]
    [InlineData("diskseq", "")]
    public void OfDevice_KernelDoesNotCount_IsNotTold(string file, string text)
    {
        Add("sda");
        _tree.Write($"devices/pci/sda/{file}", text + "\n");
        Assert.Equal("", ChangeMark.OfDevice(new DeviceNumber(8, 0), _tree.Sysfs));
    }

    [Fact]
    public void ReadChangeMark_FileReadOrWritten_DiffersAfterWritingOnly()
    {
        var path = _directory.Write("disk.img", new string('x', 4096));
        string before;
        using (var disk = BlockDevice.Open(path, readOnly: false))
        {
            disk.Write(0, "y"u8);
            disk.Sync();
            before = disk.ReadChangeMark();
        }

        File.ReadAllBytes(path);
        using (var disk = BlockDevice.Open(path, readOnly: false))
        {
            Assert.Equal(before, disk.ReadChangeMark());
        }

        using (var file = File.OpenWrite(path))
        {
            file.WriteByte((byte)'z');
        }

        using var changed = BlockDevice.Open(path, readOnly: false);
        Assert.NotEqual(before, changed.ReadChangeMark());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadChangeMark_LoopDeviceOrItsFileWritten_Differs(bool isPast)
    {
        var path = _directory.Write("disk.img", new string('x', 1 << 20));
        using var loop = new LoopDevice(path);
        string before;
        using (var disk = BlockDevice.Open(loop.Path, readOnly: false))
        {
            disk.Write(0, new byte[4096]);
            disk.Sync();
            before = disk.ReadChangeMark();
        }

        using (var disk = BlockDevice.Open(loop.Path, readOnly: false))
        {
            disk.Read(0, new byte[4096]);
            Assert.Equal(before, disk.ReadChangeMark());
        }

        using (var file = File.OpenWrite(isPast ? path : loop.Path))
        {
            file.Write(new byte[4096]);
            file.Flush(flushToDisk: true);
        }

        using var changed = BlockDevice.Open(loop.Path, readOnly: false);
        Assert.NotEqual(before, changed.ReadChangeMark());
    }

    private void Add(string disk) => _tree.AddDisk(disk, "8:0").Write($"devices/pci/{disk}/diskseq", "9\n").Write($"devices/pci/{disk}/stat", Counters + "\n").Write($"devices/pci/{disk}/queue/iostats", "1\n");
}
