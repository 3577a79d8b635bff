using Stiefel.Linux.Network;
using Xunit;

namespace Stiefel.Linux.Tests.Network;

/// <summary>Names of cards in made-up trees of sysfs, compared with systemd's rules (man 7 systemd.net-naming-scheme).</summary>
public sealed class FurtherNamesTests
{
    private static readonly MacAddress s_mac = MacAddress.FromBytes([0x52, 0x54, 0, 0x5e, 0, 2]);

    [Theory]
    [InlineData("0000:00:1f.6", 0, "enp0s31f6")]
    [InlineData("0000:03:00.0", 0, "enp3s0")]
    [InlineData("0000:03:00.0", 0x80, "enp3s0f0")]
    [InlineData("0001:0a:00.1", 0x80, "enP1p10s0f1")]
    [InlineData("0000:01:00.0/virtio3", 0, "enp1s0")]
    public void Of_CardOnPci_IsByPlaceAndAddress(string device, byte headerType, string name)
    {
        using var sysfs = new TemporaryDirectory();
        var card = Directory.CreateDirectory(Path.Combine(sysfs.Path, "devices", device));
        File.WriteAllBytes(Path.Combine(sysfs.Path, "devices", device.Split('/')[0], "config"), [.. new byte[0x0e], headerType, 0]);
        Link(sysfs.Path, card.FullName);

        Assert.Equal([name, "enx5254005e0002"], FurtherNames.Of("eth0", s_mac, Path.Combine(sysfs.Path, "net")));
    }

    [Fact]
    public void Of_CardElsewhere_IsByAddress()
    {
        using var sysfs = new TemporaryDirectory();
        Link(sysfs.Path, Directory.CreateDirectory(Path.Combine(sysfs.Path, "devices/usb2/2-1/2-1:1.0")).FullName);

        Assert.Equal(["enx5254005e0002"], FurtherNames.Of("eth0", s_mac, Path.Combine(sysfs.Path, "net")));
        Assert.Equal(["enx5254005e0002"], FurtherNames.Of("gone", s_mac, Path.Combine(sysfs.Path, "net")));
    }

    private static void Link(string sysfs, string device)
    {
        var card = Directory.CreateDirectory(Path.Combine(device, "net/eth0"));
        File.CreateSymbolicLink(Path.Combine(card.FullName, "device"), $"../../../{Path.GetFileName(device)}");
        Directory.CreateDirectory(Path.Combine(sysfs, "net"));
        File.CreateSymbolicLink(Path.Combine(sysfs, "net/eth0"), Path.Combine("..", Path.GetRelativePath(sysfs, card.FullName)));
    }
}
