using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Tests.Mounts;
using Xunit;

namespace Stiefel.Linux.Tests.BlockDevices;

/// <summary>Files and loop devices, opened and used.</summary>
public sealed class BlockDeviceTests : IDisposable
{
    private const int Size = 4 << 20;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_LoopDevice_KnowsItsSizes()
    {
        using var loop = new LoopDevice(MakeImage(0));
        using var device = BlockDevice.Open(loop.Path, readOnly: false);

        Assert.Equal((Size, 512, true), (device.Size, device.LogicalSectorSize, device.IsBlockSpecial));
        Assert.Equal((true, true), (device.CanDiscard, device.CanOffloadZeroes));
        Assert.True(device.PhysicalSectorSize >= 512);
    }

    [Fact]
    public void Open_LoopDeviceTwice_IsBusy()
    {
        using var loop = new LoopDevice(MakeImage(0));
        using var device = BlockDevice.Open(loop.Path, readOnly: true);

        var error = Assert.Throws<LinuxException>(() => BlockDevice.Open(loop.Path, readOnly: false));

        Assert.Equal(Errno.EBUSY, error.Errno);
        Assert.Contains($"open(\"{loop.Path}\", O_RDWR|O_EXCL)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_FileTwiceForWriting_IsBusyUntilTheFirstCloses()
    {
        var image = MakeImage(0);
        using (BlockDevice.Open(image, readOnly: false))
        {
            Assert.Equal(Errno.EBUSY, Assert.Throws<LinuxException>(() => BlockDevice.Open(image, readOnly: false)).Errno);
            using var reader = BlockDevice.Open(image, readOnly: true);
            Assert.Equal(Size, reader.Size);
        }

        BlockDevice.Open(image, readOnly: false).Dispose();
    }

    [Fact]
    public void Open_Directory_IsRefused() =>
        Assert.Contains("neither a block device nor a regular file", Assert.Throws<IOException>(() => BlockDevice.Open("/tmp", readOnly: true)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void WriteZeroes_UnalignedRange_ZeroesJustThat(bool isLoop, bool keepAllocated)
    {
        var image = MakeImage(0xff);
        using var loop = isLoop ? new LoopDevice(image) : null;
        using var device = BlockDevice.Open(loop?.Path ?? image, readOnly: false);

        foreach ((var offset, var length) in new[] { (100L, 5L), (700L, 2000L), (8192L, 65536L), (100_001L, 1_000_003L), (Size - 10L, 10L) })
        {
            device.WriteZeroes(offset, length, keepAllocated, onlyIfFast: false);

            var around = new byte[length + 2];
            var before = (int)Math.Min(offset, 1);
            var after = Math.Min(Size - offset - length, 1);
            device.Read(offset - before, around.AsSpan(0, (int)(before + length + after)));
            Assert.Equal(0xff, around[0]);
            Assert.True(around.AsSpan(before, (int)length).IndexOfAnyExcept((byte)0) < 0);
            Assert.True(after == 0 || around[before + length] == 0xff);
        }

        device.Sync();
    }

    [Fact]
    public void Discard_OfAFile_FreesItsBlocks()
    {
        var image = MakeImage(0xff);
        using var device = BlockDevice.Open(image, readOnly: false);
        Assert.Equal((1L << 20, false), device.FindExtent(0, 1 << 20));

        device.Discard(4096, 1 << 20);

        Assert.Equal((4096L, false), device.FindExtent(0, Size));
        Assert.Equal((1L << 20, true), device.FindExtent(4096, Size - 4096));
        var there = new byte[10];
        device.Read(4096, there);
        Assert.All(there, b => Assert.Equal(0, b));
    }

    [Fact]
    public void Discard_OfALoopDevice_ReachesTheImage()
    {
        var image = MakeImage(0xff);
        using var loop = new LoopDevice(image);
        using (var device = BlockDevice.Open(loop.Path, readOnly: false))
        {
            device.Discard(1000, 1 << 20);
            device.Sync();
        }

        using var file = BlockDevice.Open(image, readOnly: true);
        Assert.Equal(4096, file.FindExtent(0, Size).Length);
        Assert.True(file.FindExtent(4096, Size).IsHole);
    }

    [Fact]
    public void FindExtent_AtTheEndOfASparseFile_IsAHole()
    {
        var image = _directory.File("sparse.img");
        using (var stream = File.Create(image))
        {
            stream.SetLength(Size);
        }

        using var device = BlockDevice.Open(image, readOnly: true);

        Assert.Equal((Size - 5L, true), device.FindExtent(5, Size - 5));
    }

    [Fact]
    public void Read_OfAFileThatShrank_IsAnError()
    {
        var image = MakeImage(1);
        using var device = BlockDevice.Open(image, readOnly: true);
        using (FileStream stream = new(image, FileMode.Open, FileAccess.Write))
        {
            stream.SetLength(1000);
        }

        Assert.Equal(Errno.EIO, Assert.Throws<LinuxException>(() => device.Read(500, new byte[1000])).Errno);
    }

    [Fact]
    public void Write_ToAReadOnlyDevice_Fails()
    {
        using var device = BlockDevice.Open(MakeImage(1), readOnly: true);

        Assert.Equal(Errno.EBADF, Assert.Throws<LinuxException>(() => device.Write(0, new byte[1])).Errno);
    }

    private string MakeImage(byte fill)
    {
        var path = _directory.File("disk.img");
        var bytes = new byte[Size];
        Array.Fill(bytes, fill);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
