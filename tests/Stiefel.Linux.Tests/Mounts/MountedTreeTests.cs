using Stiefel.Linux.Errors;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Linux.Tests.Mounts;

/// <summary>Unmounts an old root as systemd leaves it, with real file systems on loop devices. Needs root.</summary>
public sealed class MountedTreeTests : IDisposable
{
    private readonly TemporaryDirectory _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void InOrder_MovedAndStackedMounts_AreDeepestAndNewestFirst()
    {
        // The kernel's order for a payload after the change of root: /run was mounted before the root in which it lies now.
        MountEntry[] table =
        [
            new("/oldroot/run", "tmpfs", "tmpfs"), new("/oldroot/dev", "devtmpfs", "udev"), new("/oldroot", "ext4", "/dev/nbd0p2"),
            new("/oldroot/boot", "ext4", "/dev/nbd0p1"), new("/oldroot/boot/efi", "vfat", "/dev/nbd0p3"), new("/oldroot/boot", "autofs", "systemd-1"),
        ];
        Assert.Equal(
            ["/oldroot/boot/efi vfat", "/oldroot/boot autofs", "/oldroot/boot ext4", "/oldroot/dev devtmpfs", "/oldroot/run tmpfs", "/oldroot ext4"],
            MountedTree.InOrder(table).Select(mount => $"{mount.Directory} {mount.Type}"));
    }

    [Theory]
    [InlineData("ext4", "/dev/nbd0p2", true)]
    [InlineData("ext4", "/dev/mapper/vg-root", true)]
    [InlineData("squashfs", "/dev/loop0", true)]
    [InlineData("overlay", "overlay", true)]
    [InlineData("zfs", "rpool/ROOT", true)]
    [InlineData("btrfs", "/dev/nbd0p2", true)]
    [InlineData("tmpfs", "tmpfs", false)]
    [InlineData("proc", "proc", false)]
    [InlineData("nfs4", "server:/home", false)]
    [InlineData("fuse.portal", "portal", false)]
    public void MayLieOnDisk_Mount_IsToldByItsSourceOrType(string type, string source, bool expected) =>
        Assert.Equal(expected, MountedTree.MayLieOnDisk(new MountEntry("/oldroot/x", type, source)));

    [Fact]
    public void TryUnmount_FilesOpenInMemory_DoNotKeepTheDiskBusy()
    {
        using var loop = new LoopDevice(FileSystemImage.Make(_scratch.File("disk"), "ext4"));
        var top = MountOn(loop);
        ExternalProgram.Run("mount", ["-t", "tmpfs", "tmpfs", Directory.CreateDirectory(Path.Combine(top, "run")).FullName]);
        using var open = File.Create(Path.Combine(top, "run/open"));
        Eventually(new MountedTree(top).TryUnmount);
        Assert.Empty(MountTable.Under(top));
    }

    [Fact]
    public void TryUnmount_FileOpenOnTheDisk_StaysUntilItIsClosedAndCanBeMadeReadOnlyOnceNobodyWrites()
    {
        using var loop = new LoopDevice(FileSystemImage.Make(_scratch.File("disk"), "ext4"));
        var top = MountOn(loop);
        var tree = new MountedTree(top);
        var path = Path.Combine(top, "open");
        using (var writing = File.Create(path))
        {
            Assert.False(tree.TryUnmount());
            Assert.Equal([top], tree.Left().Select(mount => mount.Directory));
            Assert.Equal(Errno.EBUSY, Assert.Throws<LinuxException>(tree.MakeReadOnly).Errno);
        }

        using (File.OpenRead(path))
        {
            Assert.False(tree.TryUnmount());
            Eventually(() => IsMadeReadOnly(tree));
            Assert.ThrowsAny<IOException>(() => File.WriteAllText(path, "after the end"));
        }

        Eventually(tree.TryUnmount);
    }

    /// <summary>A process that has only /dev/null open does not keep the disk busy; it may be one that monitors an array.</summary>
    [Fact]
    public void OnDisk_Path_IsToldByTheMountItLiesIn()
    {
        using var loop = new LoopDevice(FileSystemImage.Make(_scratch.File("disk"), "ext4"));
        var top = MountOn(loop);
        ExternalProgram.Run("mount", ["-t", "tmpfs", "tmpfs", Directory.CreateDirectory(Path.Combine(top, "run")).FullName]);
        var tree = new MountedTree(top);
        var onDisk = tree.OnDisk();
        Assert.True(onDisk(top));
        Assert.True(onDisk($"{top}/usr/bin/sleep"));
        Assert.True(onDisk($"{top}/runner"));
        Assert.False(onDisk($"{top}/run"));
        Assert.False(onDisk($"{top}/run/user/0/bus"));
        Assert.False(onDisk($"{top}-not/file"));
        Assert.False(onDisk("/dev/null"));
        Eventually(tree.TryUnmount);
    }

    private string MountOn(LoopDevice loop)
    {
        var top = Directory.CreateDirectory(_scratch.File("oldroot")).FullName;
        ExternalProgram.Run("mount", [loop.Path, top]);
        return top;
    }

    private static bool IsMadeReadOnly(MountedTree tree)
    {
        try
        {
            tree.MakeReadOnly();
            return true;
        }
        catch (LinuxException busy) when (busy.Errno == Errno.EBUSY)
        {
            return false;
        }
    }

    // Wait, because a program that another test is just starting may hold a copy of our descriptors.
    private static void Eventually(Func<bool> isDone) => Assert.True(SpinWait.SpinUntil(isDone, TimeSpan.FromSeconds(60)));
}
