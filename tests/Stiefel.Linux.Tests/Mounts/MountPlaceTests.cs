using Stiefel.Linux.Files;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Tests.BlockDevices;
using Xunit;

namespace Stiefel.Linux.Tests.Mounts;

public sealed class MountPlaceTests : IDisposable
{
    private static readonly MountEntry[] s_mounts = [new("/", "btrfs", "/dev/sda2"), new("/boot", "ext4", "/dev/sda1"), new("/boot/efi", "vfat", "/dev/dm-0"), new("/home", "ext4", "/dev/sdb")];

    private readonly SysfsTree _tree = new SysfsTree()
        .AddDisk("sda", "8:0").AddPartition("sda", "sda1", "8:1").AddPartition("sda", "sda2", "8:2").AddDisk("sdb", "8:16").AddMapped("dm-0", "254:0", "luks", "sda2").AddSlave("dm-0", "sda2");

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("/boot/grub/grubenv", "ext4", true)]
    [InlineData("/boot", "ext4", true)]
    [InlineData("/bootless/grubenv", "btrfs", true)]
    [InlineData("/boot/efi/grubenv", "vfat", false)]
    [InlineData("/home/x", "ext4", false)]
    public void Of_File_IsTheInnermostMountAndKnowsAPartition(string path, string type, bool isPartition)
    {
        var place = MountPlace.Of(path, s_mounts, _tree.Sysfs, NumberOf)!.Value;
        Assert.Equal((type, isPartition), (place.Mount.Type, place.IsPartition));
    }

    [Fact]
    public void Of_MountedOver_IsTheNewest() =>
        Assert.Equal("tmpfs", MountPlace.Of("/boot/grub", [.. s_mounts, new("/boot", "tmpfs", "tmpfs")], _tree.Sysfs, NumberOf)!.Value.Mount.Type);

    [Fact]
    public void Of_NothingIsMounted_IsNone() => Assert.Null(MountPlace.Of("/boot", [], _tree.Sysfs, NumberOf));

    private static DeviceNumber? NumberOf(string device) => DeviceNumber.TryParse(
        device switch { "/dev/sda1" => "8:1", "/dev/sda2" => "8:2", "/dev/sdb" => "8:16", "/dev/dm-0" => "254:0", _ => "" }, out var number) ? number : null;
}
