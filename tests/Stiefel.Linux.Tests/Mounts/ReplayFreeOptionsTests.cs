using Stiefel.Linux.Mounts;
using Xunit;

namespace Stiefel.Linux.Tests.Mounts;

public class ReplayFreeOptionsTests
{
    [Theory]
    [InlineData("ext2", "ext4", "noload")]
    [InlineData("ext3", "ext4", "noload")]
    [InlineData("ext4", "ext4", "noload")]
    [InlineData("xfs", "xfs", "norecovery,nouuid")]
    [InlineData("btrfs", "btrfs", "rescue=nologreplay|nologreplay")]
    [InlineData("vfat", "vfat", "")]
    public void For_KnownType_NeverReplays(string type, string kernelType, string data)
    {
        (var actualType, var actualData) = ReplayFreeOptions.For(type, null);
        Assert.Equal((kernelType, data), (actualType, string.Join('|', actualData)));
        Assert.True(Mount.Supports(type));
    }

    [Fact]
    public void For_Subvolume_IsAddedToEveryChoice()
        => Assert.Equal(["rescue=nologreplay,subvol=@", "nologreplay,subvol=@"], ReplayFreeOptions.For("btrfs", "subvol=@").Data);

    [Theory]
    [InlineData("subvol=@,device=/dev/sdb")]
    [InlineData("subvol=a\\,b")]
    public void For_SubvolumeThatSmugglesOptions_IsRefused(string subvolume)
        => Assert.Throws<NotSupportedException>(() => ReplayFreeOptions.For("btrfs", subvolume));

    [Theory]
    [InlineData("ntfs")]
    [InlineData("crypto_LUKS")]
    [InlineData("")]
    public void For_OtherType_IsRefused(string type)
    {
        Assert.Throws<NotSupportedException>(() => ReplayFreeOptions.For(type, null));
        Assert.False(Mount.Supports(type));
    }
}
