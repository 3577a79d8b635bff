using System.Text;
using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;
using Stiefel.Linux.Tests.Mounts;
using Xunit;

namespace Stiefel.Linux.Tests.BlockDevices;

/// <summary>Finds the users of real loop devices of this machine.</summary>
public sealed class DiskUseTests : IDisposable
{
    private const int Size = 16 << 20;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Check_FreeDeviceAndFreeImage_HaveNoReasons()
    {
        var image = MakeImage();
        Assert.Empty(DiskUse.Check(image));

        using var loop = new LoopDevice(image);
        Assert.Empty(DiskUse.Check(loop.Path));
    }

    [Fact]
    public void Check_ImageBehindALoopDevice_NamesIt()
    {
        var image = MakeImage();
        using var loop = new LoopDevice(image);

        var reason = Assert.Single(DiskUse.Check(image));

        Assert.Equal((DiskUseKind.Held, $"{image} is the backing file of {loop.Path}: detach it (losetup -d {loop.Path})"), (reason.Kind, reason.Message));
    }

    [Fact]
    public void Check_DeviceBehindALoopDevice_NamesIt()
    {
        using var disk = new LoopDevice(MakeImage());
        using var loop = new LoopDevice(disk.Path);

        var reason = Assert.Single(DiskUse.Check(disk.Path));

        Assert.Equal((DiskUseKind.Held, $"{disk.Path} is the backing file of {loop.Path}: detach it (losetup -d {loop.Path})"), (reason.Kind, reason.Message));
    }

    [Fact]
    public void Check_DeviceLockedAsAVirtualMachineDoes_IsClaimedAndRefusedForWriting()
    {
        using var disk = new LoopDevice(MakeImage());
        using (BlockDevice.OpenUnchanging(disk.Path, claims: false))
        {
            Assert.Equal(DiskUseKind.Claimed, Assert.Single(DiskUse.Check(disk.Path)).Kind);
            Assert.Equal(Errno.EBUSY, Assert.Throws<LinuxException>(() => BlockDevice.Open(disk.Path, readOnly: false)).Errno);
        }

        using var ours = BlockDevice.Open(disk.Path, readOnly: false);
        Assert.Equal(Errno.EBUSY, Assert.Throws<LinuxException>(() => BlockDevice.OpenUnchanging(disk.Path, claims: false)).Errno);
    }

    [Fact]
    public void Open_DeviceThatRefusesWrites_IsRefusedWithTheCommand()
    {
        using var disk = new LoopDevice(MakeImage());
        DeviceWriteLock.Set(disk.Path, refuse: true);

        Assert.Contains($"blockdev --setrw {disk.Path}", Assert.Throws<LinuxException>(() => BlockDevice.Open(disk.Path, readOnly: false)).Message, StringComparison.Ordinal);

        DeviceWriteLock.Set(disk.Path, refuse: false);
        BlockDevice.Open(disk.Path, readOnly: false).Dispose();
    }

    [Fact]
    public void Check_MountedPartition_NamesMountPointAndKernelRefusesTheClaim()
    {
        var image = MakeImage();
        using var loop = new LoopDevice(image);
        var partition = loop.AddPartition(1, 1 << 20, 8 << 20);
        ExternalProgram.Run("mkfs.ext4", ["-q", partition]);
        var mountPoint = Directory.CreateDirectory(_directory.File("mnt point")).FullName;
        ExternalProgram.Run("mount", [partition, mountPoint]);
        try
        {
            var reason = Assert.Single(DiskUse.Check(loop.Path));

            Assert.Equal((DiskUseKind.Mounted, $"{partition} is mounted on {mountPoint} (ext4): unmount it"), (reason.Kind, reason.Message));
            Assert.Single(DiskUse.Check(partition));
            var error = Assert.Throws<LinuxException>(() => BlockDevice.Open(loop.Path, readOnly: true));
            Assert.Equal(Errno.EBUSY, error.Errno);
        }
        finally
        {
            Mount.Unmount(mountPoint);
        }

        Assert.Empty(DiskUse.Check(loop.Path));
    }

    [Fact]
    public void Check_ActiveSwap_SaysSo()
    {
        using var loop = new LoopDevice(MakeImage());
        ExternalProgram.Run("mkswap", [loop.Path]);
        Assert.Empty(DiskUse.Check(loop.Path));
        ExternalProgram.Run("swapon", [loop.Path]);
        try
        {
            var reason = Assert.Single(DiskUse.Check(loop.Path));

            Assert.Equal((DiskUseKind.Swap, $"{loop.Path} is active swap: switch it off (swapoff {loop.Path})"), (reason.Kind, reason.Message));
        }
        finally
        {
            ExternalProgram.Run("swapoff", [loop.Path]);
        }
    }

    [Theory]
    [InlineData("S1SUSPEND\0", 4096)]
    [InlineData("S2SUSPEND\0", 4096)]
    [InlineData("ULSUSPEND\0", 4096)]
    [InlineData("LINHIB0001", 4096)]
    [InlineData("S1SUSPEND\0", 65536)]
    public void Check_HibernatedPartition_SaysSoForTheDiskAndForItself(string signature, int pageSize)
    {
        var image = MakeImage();
        using (var stream = File.OpenWrite(image))
        {
            stream.Position = (1 << 20) + pageSize - 10;
            stream.Write(Encoding.ASCII.GetBytes(signature));
        }

        using var loop = new LoopDevice(image);
        var partition = loop.AddPartition(1, 1 << 20, 8 << 20);

        foreach (var path in new[] { loop.Path, partition })
        {
            var reason = Assert.Single(DiskUse.Check(path));
            Assert.Equal(DiskUseKind.Hibernated, reason.Kind);
            Assert.StartsWith($"{partition} holds a hibernated system", reason.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Check_ImageThatIsSwapWithoutAHibernatedSystem_IsFree()
    {
        var image = MakeImage();
        ExternalProgram.Run("mkswap", [image]);

        Assert.Empty(DiskUse.Check(image));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Check_ClaimedByAnother_SaysSo(bool isBlockDevice)
    {
        var image = MakeImage();
        using var loop = isBlockDevice ? new LoopDevice(image) : null;
        var path = loop?.Path ?? image;
        using var other = BlockDevice.Open(path, readOnly: false);

        var reason = Assert.Single(DiskUse.Check(path));

        Assert.Equal(DiskUseKind.Claimed, reason.Kind);
        Assert.Contains("open exclusively in another program", reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_NoSuchDevice_NamesIt()
    {
        var error = Assert.Throws<LinuxException>(() => DiskUse.Check("/dev/does-not-exist"));

        Assert.Contains("/dev/does-not-exist", error.Message, StringComparison.Ordinal);
        Assert.Equal(Errno.ENOENT, error.Errno);
    }

    private string MakeImage()
    {
        var path = _directory.File("disk.img");
        using var stream = File.Create(path);
        stream.SetLength(Size);
        return path;
    }
}
