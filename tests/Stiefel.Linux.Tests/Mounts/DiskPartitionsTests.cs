using Stiefel.Linux.Mounts;
using Xunit;

namespace Stiefel.Linux.Tests.Mounts;

public sealed class DiskPartitionsTests : IDisposable
{
    private readonly TemporaryDirectory _sys = new();

    public void Dispose() => _sys.Dispose();

    [Fact]
    public void List_Fixture_IsInOrderOfNumbersAndInBytes()
    {
        AddPartition("nvme0n1", "nvme0n1p10", 10, 4096, 8);
        AddPartition("nvme0n1", "nvme0n1p2", 2, 2048, 2048);
        _sys.Write("devices/block/nvme0n1/queue/rotational", "0\n");
        Link("nvme0n1", "devices/block/nvme0n1");
        Assert.Equal(
            [new("nvme0n1p2", "/dev/nvme0n1p2", 2, 1 << 20, 1 << 20), new("nvme0n1p10", "/dev/nvme0n1p10", 10, 2 << 20, 4096)],
            DiskPartitions.List("nvme0n1", _sys.Path));
    }

    [Theory]
    [InlineData("partition")]
    [InlineData("start")]
    [InlineData("size")]
    public void List_PartitionVanishesWhileItIsRead_IsLeftOut(string gone)
    {
        AddPartition("loop7", "loop7p1", 1, 2048, 2048);
        AddPartition("loop7", "loop7p2", 2, 4096, 2048);
        Link("loop7", "devices/block/loop7");

        // Simulate an attribute that vanishes between listing and reading by a dangling link, which is listed but cannot be read.
        File.Delete(_sys.File($"devices/block/loop7/loop7p1/{gone}"));
        File.CreateSymbolicLink(_sys.File($"devices/block/loop7/loop7p1/{gone}"), _sys.File("nothing"));
        Assert.Equal([new("loop7p2", "/dev/loop7p2", 2, 2 << 20, 1 << 20)], DiskPartitions.List("loop7", _sys.Path));
    }

    [Fact]
    public void List_UnknownDiskOrFile_IsEmpty()
    {
        Assert.Empty(DiskPartitions.List("/dev/sdz"));
        Assert.Empty(DiskPartitions.List(_sys.Write("image", "x")));
    }

    [Fact]
    public void List_RealLoopDevice_ShowsItsPartition()
    {
        var image = _sys.File("image");
        File.WriteAllBytes(image, new byte[4 << 20]);
        using var device = new LoopDevice(image);
        var partition = device.AddPartition(3, 1 << 20, 2 << 20);
        Assert.Equal([new(Path.GetFileName(partition), partition, 3, 1 << 20, 2 << 20)], DiskPartitions.List(device.Path));
    }

    private void AddPartition(string disk, string name, int number, long start, long size)
    {
        var directory = $"devices/block/{disk}/{name}";
        _sys.Write($"{directory}/partition", $"{number}\n");
        _sys.Write($"{directory}/start", $"{start}\n");
        _sys.Write($"{directory}/size", $"{size}\n");
        Link(name, directory);
    }

    private void Link(string name, string target)
    {
        Directory.CreateDirectory(_sys.File("class/block"));
        Directory.CreateSymbolicLink(_sys.File($"class/block/{name}"), _sys.File(target));
    }
}
