using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Files;
using Xunit;

namespace Stiefel.Linux.Tests.BlockDevices;

/// <summary>Finds the devices whose use counts, in fixture trees.</summary>
public sealed class DiskFamilyTests : IDisposable
{
    // On sda, 1 is the ESP, 2 is LUKS with LVM (root, swap) on it; sdb does not belong to the family.
    private readonly SysfsTree _tree = new SysfsTree()
        .AddDisk("sda", "8:0")
        .AddPartition("sda", "sda1", "8:1", 2048)
        .AddPartition("sda", "sda2", "8:2", 1050624)
        .AddMapped("dm-0", "254:0", "luks-disk", "sda2")
        .AddMapped("dm-1", "254:1", "vg-root", "dm-0")
        .AddDisk("sdb", "8:16")
        .AddPartition("sdb", "sdb1", "8:17");

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Holders_OfADisk_AreFoundThroughEveryLayer()
    {
        var family = DiskFamily.Of("sda", _tree.Sysfs);

        Assert.Equal(
            [
                "/dev/sda2 is in use by /dev/dm-0 (luks-disk): close that first",
                "/dev/dm-0 is in use by /dev/dm-1 (vg-root): close that first",
            ],
            family.Holders.Select(reason => reason.Message));
        Assert.All(family.Holders, reason => Assert.Equal(DiskUseKind.Held, reason.Kind));
    }

    [Fact]
    public void Holders_OfAFreeDisk_AreNone() => Assert.Empty(DiskFamily.Of("sdb", _tree.Sysfs).Holders);

    [Fact]
    public void Holders_InACircle_EndTheSearch()
    {
        using var circle = new SysfsTree().AddDisk("sda", "8:0").AddMapped("dm-0", "254:0", "a", "sda").AddMapped("dm-1", "254:1", "b", "dm-0");
        circle.AddMapped("dm-2", "254:2", "c", "dm-1");
        var virtuals = Path.Combine(circle.RootPath, "devices/virtual");
        Directory.CreateSymbolicLink(Path.Combine(virtuals, "dm-2/holders/dm-0"), Path.Combine(virtuals, "dm-0"));

        Assert.Equal(4, DiskFamily.Of("sda", circle.Sysfs).Holders.Count);
    }

    [Theory]
    [InlineData("25 1 254:1 / / rw - ext4 /dev/mapper/vg-root rw", "/dev/dm-1 is mounted on / (ext4): unmount it")]
    [InlineData("26 1 8:1 / /boot/efi rw shared:3 master:1 - vfat /dev/sda1 rw", "/dev/sda1 is mounted on /boot/efi (vfat): unmount it")]
    [InlineData(@"27 1 8:0 / /mnt/my\040disk rw - iso9660 /dev/sda rw", "/dev/sda is mounted on /mnt/my disk (iso9660): unmount it")]
    public void Mounts_OfTheFamily_AreReasons(string mountinfo, string message)
    {
        var reason = Assert.Single(MountedFileSystems.Find(DiskFamily.Of("sda", _tree.Sysfs), [mountinfo]));

        Assert.Equal(new DiskUseReason(DiskUseKind.Mounted, message), reason);
    }

    [Theory]
    [InlineData("26 1 8:17 / /data rw - xfs /dev/sdb1 rw")]
    [InlineData("26 1 0:5 / /proc rw - proc proc rw")]
    [InlineData("26 1 8:1 / /boot")]
    [InlineData("- - - - - -")]
    [InlineData("")]
    public void Mounts_OfOthersOrMalformed_AreNone(string mountinfo) =>
        Assert.Empty(MountedFileSystems.Find(DiskFamily.Of("sda", _tree.Sysfs), [mountinfo]));

    [Fact]
    public void Partition_IsUsedIfItsDiskIs()
    {
        var family = DiskFamily.Of("sda1", _tree.Sysfs);

        Assert.Empty(family.Holders);
        Assert.Single(MountedFileSystems.Find(family, ["27 1 8:0 / /mnt rw - iso9660 /dev/sda rw"]));
        Assert.Empty(MountedFileSystems.Find(family, ["27 1 8:2 / /mnt rw - ext4 /dev/sda2 rw"]));
    }

    [Fact]
    public void Queue_OfAPartition_IsThatOfItsDisk()
    {
        _tree.Write("devices/pci/sda/queue/discard_max_bytes", "2147450880\n");

        Assert.Equal(2147450880, _tree.Sysfs.ReadQueueNumber(new DeviceNumber(8, 2), "discard_max_bytes"));
        Assert.Equal(0, _tree.Sysfs.ReadQueueNumber(new DeviceNumber(8, 16), "discard_max_bytes"));
        Assert.Equal(0, _tree.Sysfs.ReadQueueNumber(new DeviceNumber(9, 9), "discard_max_bytes"));
    }

    [Fact]
    public void Partitions_AreThoseOfTheDisk()
    {
        Assert.Equal(["sda1", "sda2"], _tree.Sysfs.PartitionsOf("sda"));
        Assert.Empty(_tree.Sysfs.PartitionsOf("sda1"));
        Assert.Equal("sda", _tree.Sysfs.DiskOf("sda2"));
        Assert.Null(_tree.Sysfs.DiskOf("sda"));
        Assert.Equal(1050624L * 512, _tree.Sysfs.StartOf("sda2"));
    }
}
