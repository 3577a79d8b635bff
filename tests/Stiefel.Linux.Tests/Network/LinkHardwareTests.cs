using Stiefel.Linux.Network;
using Xunit;

namespace Stiefel.Linux.Tests.Network;

public sealed class LinkHardwareTests
{
    [Fact]
    public void Adapter_OnUsb_TellsItsPortsSpeed()
    {
        using var sysfs = new TemporaryDirectory();
        var function = Directory.CreateDirectory(Path.Combine(sysfs.Path, "devices/usb2/2-1/2-1:1.0"));
        var card = Directory.CreateDirectory(Path.Combine(function.FullName, "net/eth0"));
        File.WriteAllText(Path.Combine(function.Parent!.FullName, "speed"), "5000\n");
        File.CreateSymbolicLink(Path.Combine(function.FullName, "subsystem"), "../../../../bus/usb");
        File.CreateSymbolicLink(Path.Combine(function.FullName, "driver"), "../../../../bus/usb/drivers/r8152");
        File.CreateSymbolicLink(Path.Combine(card.FullName, "device"), "../..");
        File.WriteAllText(Path.Combine(card.FullName, "speed"), "2500\n");
        File.WriteAllText(Path.Combine(card.FullName, "duplex"), "full\n");
        Directory.CreateDirectory(Path.Combine(sysfs.Path, "class/net"));
        File.CreateSymbolicLink(Path.Combine(sysfs.Path, "class/net/eth0"), "../../devices/usb2/2-1/2-1:1.0/net/eth0");

        Assert.Equal(new LinkHardware("r8152", 2500, "full", 5000), LinkHardware.Of("eth0", Path.Combine(sysfs.Path, "class/net")));
    }

    [Theory]
    [InlineData("-1\n", "unknown\n")]
    [InlineData("garbage", "")]
    [InlineData("99999999999999999999", "FULL")]
    public void Card_ThatTellsNothingOfUse_IsUnknown(string speed, string duplex)
    {
        using var sysfs = new TemporaryDirectory();
        var card = Directory.CreateDirectory(Path.Combine(sysfs.Path, "eth0"));
        File.WriteAllText(Path.Combine(card.FullName, "speed"), speed);
        File.WriteAllText(Path.Combine(card.FullName, "duplex"), duplex);
        Assert.Equal(new LinkHardware(null, null, null, null), LinkHardware.Of("eth0", sysfs.Path));
        Assert.Equal(new LinkHardware(null, null, null, null), LinkHardware.Of("gone", sysfs.Path));
    }

    [Fact]
    public void Veth_ByTheKernel_HasASpeedAndNoModes()
    {
        PrivateNetwork.Ip("link add speedy type veth peer name speedier");
        PrivateNetwork.Ip("link set speedy up");
        PrivateNetwork.Ip("link set speedier up");
        Assert.Equal(new LinkModes(null, null), LinkModes.Of("speedy"));
        Assert.Equal(new LinkModes(null, null), LinkModes.Of("there-is-none"));
    }

    [Fact]
    public void LinkModes_OfAMask_TellTheFastest()
    {
        Assert.Equal(1000, LinkModes.FastestOf([0x2f]));
        Assert.Equal(2500, LinkModes.FastestOf([0x2f, 1 << 15]));
        Assert.Equal(10000, LinkModes.FastestOf([1 << 12, 1 << 16]));
        Assert.Null(LinkModes.FastestOf([0]));
        Assert.Null(LinkModes.FastestOf([]));
    }
}
