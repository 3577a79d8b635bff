using Stiefel.Linux.Files;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Tests.BlockDevices;
using Xunit;

namespace Stiefel.Linux.Tests.Mounts;

public sealed class RemoteRootTests : IDisposable
{
    private readonly SysfsTree _tree = new SysfsTree()
        .AddDisk("sda", "8:0").AddPartition("sda", "sda1", "8:1")
        .AddDisk("nbd0", "43:0").AddPartition("nbd0", "nbd0p2", "43:2");

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("8:1", null)]
    [InlineData("43:2", "/dev/nbd0")]
    [InlineData("43:0", "/dev/nbd0")]
    [InlineData("254:0", "/dev/nbd0")]
    [InlineData("254:1", "/dev/nbd0")]
    [InlineData("254:2", null)]
    public void Find_RootOnADevice_NamesTheNetworkBlockDeviceBelow(string number, string? expected)
    {
        _tree.AddMapped("dm-0", "254:0", "luks", "nbd0p2").AddMapped("dm-1", "254:1", "vg-root", "dm-0").AddMapped("dm-2", "254:2", "other", "sda1");
        _tree.AddSlave("dm-0", "nbd0p2").AddSlave("dm-1", "dm-0").AddSlave("dm-2", "sda1");

        Assert.Equal(expected, Find(number, new MountEntry("/", "ext4", "/dev/root")));
    }

    [Fact]
    public void Find_RootWasMountedOver_LooksAtTheNewest() =>
        Assert.Null(RemoteRoot.Find([new("/", "ext4", "/dev/nbd0"), new("/", "ext4", "/dev/sda1")], _tree.Sysfs, path => Number(path.EndsWith("sda1", StringComparison.Ordinal) ? "8:1" : "43:0")));

    [Fact]
    public void Find_RootInMemory_IsLocal() => Assert.Null(RemoteRoot.Find([new("/", "rootfs", "rootfs")], _tree.Sysfs, _ => null));

    private static DeviceNumber? Number(string text) => DeviceNumber.TryParse(text, out var number) ? number : null;

    private string? Find(string number, MountEntry root) => RemoteRoot.Find([new("/proc", "proc", "proc"), root], _tree.Sysfs, _ => Number(number));
}
