using Stiefel.Linux.Errors;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Linux.Tests.Mounts;

/// <summary>Mounts real file systems on loop devices. Needs root.</summary>
public sealed class MountTests : IDisposable
{
    private readonly TemporaryDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("ext4")]
    [InlineData("ext3")]
    [InlineData("ext2")]
    [InlineData("xfs")]
    [InlineData("btrfs")]
    public async Task ReadOnlyWithoutReplay_InterruptedFileSystem_ChangesNoByte(string type)
    {
        var image = FileSystemImage.CopyDirty(FileSystemImage.Make(_scratch.File("disk"), type), _scratch.Path);
        var before = FileSystemImage.Hash(image);
        var directory = Directory.CreateDirectory(_scratch.File("mnt")).FullName;
        using (var device = new LoopDevice(image))
        {
            await using (Mount.ReadOnlyWithoutReplay(device.Path, directory, type))
            {
                Assert.Contains(MountTable.Under(_scratch.Path), mount => mount.Directory == directory);
                Assert.True(DeviceWriteLock.IsSet(device.Path));
                Assert.ThrowsAny<IOException>(() => File.WriteAllText(Path.Combine(directory, "new"), ""));
            }

            Assert.Empty(MountTable.Under(_scratch.Path));
            Assert.True(DeviceWriteLock.IsFree(device.Path));
            Assert.False(DeviceWriteLock.IsSet(device.Path));
        }

        Assert.Equal(before, FileSystemImage.Hash(image));
    }

    [Fact]
    public void OrdinaryReadOnlyMount_InterruptedExt4_ChangesTheImage()
    {
        // This proves that the images above are dirty: without our options, an ordinary mount changes the image.
        var image = FileSystemImage.CopyDirty(FileSystemImage.Make(_scratch.File("disk"), "ext4"), _scratch.Path);
        var before = FileSystemImage.Hash(image);
        var directory = Directory.CreateDirectory(_scratch.File("mnt")).FullName;
        using (var device = new LoopDevice(image))
        {
            ExternalProgram.Run("mount", ["-o", "ro", device.Path, directory]);
            ExternalProgram.Run("umount", [directory]);
        }

        Assert.NotEqual(before, FileSystemImage.Hash(image));
    }

    [Fact]
    public async Task ReadOnlyWithoutReplay_BtrfsSubvolume_ShowsItsContent()
    {
        var image = FileSystemImage.Make(_scratch.File("disk"), "btrfs");
        FileSystemImage.Populate(image, _scratch.Path, directory =>
        {
            ExternalProgram.Run("btrfs", ["subvolume", "create", Path.Combine(directory, "@root")]);
            File.WriteAllText(Path.Combine(directory, "@root/marker"), "x");
        });
        using var device = new LoopDevice(image);
        var top = Directory.CreateDirectory(_scratch.File("top")).FullName;
        var root = Directory.CreateDirectory(_scratch.File("root")).FullName;
        await using var first = Mount.ReadOnlyWithoutReplay(device.Path, top, "btrfs", "subvolid=5");
        await using var second = Mount.ReadOnlyWithoutReplay(device.Path, root, "btrfs", "subvol=@root");
        Assert.True(File.Exists(Path.Combine(top, "@root/marker")));
        Assert.True(File.Exists(Path.Combine(root, "marker")));
    }

    [Fact]
    public void ReadOnlyWithoutReplay_DeviceInUse_IsLeftAlone()
    {
        var image = FileSystemImage.Make(_scratch.File("disk"), "ext4");
        var used = Directory.CreateDirectory(_scratch.File("used")).FullName;
        var directory = Directory.CreateDirectory(_scratch.File("mnt")).FullName;
        using var device = new LoopDevice(image);
        ExternalProgram.Run("mount", [device.Path, used]);
        try
        {
            Assert.Throws<LinuxException>(() => Mount.ReadOnlyWithoutReplay(device.Path, directory, "ext4"));
            Assert.False(DeviceWriteLock.IsSet(device.Path));
            File.WriteAllText(Path.Combine(used, "still-writable"), "");
        }
        finally
        {
            ExternalProgram.Run("umount", [used]);
        }
    }

    [Fact]
    public void ReadOnlyWithoutReplay_NotThatFileSystem_NamesTheCallAndUnlocks()
    {
        var image = FileSystemImage.Make(_scratch.File("disk"), "ext4");
        var directory = Directory.CreateDirectory(_scratch.File("mnt")).FullName;
        using var device = new LoopDevice(image);
        var error = Assert.Throws<LinuxException>(() => Mount.ReadOnlyWithoutReplay(device.Path, directory, "btrfs"));
        Assert.StartsWith($"mount(\"{device.Path}\", \"{directory}\", \"btrfs\"", error.Message, StringComparison.Ordinal);
        Assert.False(DeviceWriteLock.IsSet(device.Path));
    }

    [Fact]
    public async Task Dispose_FileStillOpenForAMoment_WaitsForIt()
    {
        var image = FileSystemImage.Make(_scratch.File("disk"), "ext4");
        FileSystemImage.Populate(image, _scratch.Path, directory => File.WriteAllText(Path.Combine(directory, "file"), "x"));
        var directory = Directory.CreateDirectory(_scratch.File("mnt")).FullName;
        using var device = new LoopDevice(image);
        var mount = Mount.ReadOnlyWithoutReplay(device.Path, directory, "ext4");
        var reader = File.OpenRead(Path.Combine(directory, "file"));
        var closing = Task.Delay(300, TestContext.Current.CancellationToken).ContinueWith(_ => reader.Dispose(), TestContext.Current.CancellationToken);
        await mount.DisposeAsync();
        await closing;
        Assert.Empty(MountTable.Under(directory));
    }

    [Fact]
    public void RemoveStale_MountsOfADeadProcess_AreGoneAndTheDeviceIsWritable()
    {
        var image = FileSystemImage.Make(_scratch.File("disk"), "ext4");
        var directory = Directory.CreateDirectory(_scratch.File("mnt with space/inner")).FullName;
        using var device = new LoopDevice(image);
        _ = Mount.ReadOnlyWithoutReplay(device.Path, directory, "ext4");
        Assert.Equal([directory], Mount.RemoveStale(_scratch.File("mnt with space")).Select(mount => mount.Directory));
        Assert.Empty(MountTable.Under(_scratch.Path));
        Assert.True(DeviceWriteLock.IsFree(device.Path));
        Assert.False(DeviceWriteLock.IsSet(device.Path));
    }
}
