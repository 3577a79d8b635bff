using Stiefel.Linux.BlockDevices;
using Stiefel.Linux.Files;
using Xunit;

namespace Stiefel.Linux.Tests.BlockDevices;

public sealed class MediumIdentityTests : IDisposable
{
    private readonly SysfsTree _tree = new SysfsTree().AddDisk("sda", "8:0").AddPartition("sda", "sda1", "8:1").AddDisk("sdb", "8:16");

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void OfDevice_DiskAndPartition_AreKnownByTheDisksNumberAndThePlace()
    {
        _tree.Write("devices/pci/sda/device/wwid", "naa.50014ee2b1234567\n").Write("devices/pci/sda/serial", "other\n");

        Assert.Equal(", naa.50014ee2b1234567", Of(0));
        Assert.Equal(", naa.50014ee2b1234567, at 1048576", Of(1));
    }

    [Fact]
    public void OfDevice_WithoutANumber_IsNothing() => Assert.Equal("", Of(16));

    [Fact]
    public void OfDevice_FirmwareWroteNonsense_StaysOneShortLine()
    {
        _tree.Write("devices/pci/sdb/serial", "A\u001b[2J\nB" + new string('C', 100_000));

        var identity = Of(16);

        Assert.StartsWith(", A[2JBCCC", identity, StringComparison.Ordinal);
        Assert.True(identity.Length < 300);
    }

    [Fact]
    public void Identity_OfAnImage_ChangesWithTheFileAndItsSize()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("disk", new string('a', 4096));
        var first = Read();
        Assert.Equal(first, Read());
        File.AppendAllText(path, "more");
        var larger = Read();
        File.Copy(path, path + ".copy");
        File.Move(path + ".copy", path, overwrite: true);

        Assert.Equal(3, new HashSet<string> { first, larger, Read() }.Count);

        string Read()
        {
            using var device = BlockDevice.Open(path, readOnly: true);
            return device.Identity;
        }
    }

    private string Of(uint minor) => MediumIdentity.OfDevice(new DeviceNumber(8, minor), _tree.Sysfs);
}
