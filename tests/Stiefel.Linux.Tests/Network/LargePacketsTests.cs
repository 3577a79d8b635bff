using System.Net;
using Stiefel.Linux.Network;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Linux.Tests.Network;

[Collection("network namespace")]
public sealed class LargePacketsTests
{
    private static readonly NetworkLink s_card = new(3, "eth0", default, true, true, "up", 1500, true) { MaxMtu = 9194 };

    [Fact]
    public void ListLinks_DriversLimitsAndBridge_AreTold()
    {
        Ip("link add lp0 type veth peer name lp1");
        Ip("link add lpbridge type bridge");
        try
        {
            Ip("link set lp0 master lpbridge");
            var (port, bridge) = (Find("lp0"), Find("lpbridge"));
            Assert.Equal((68, 65535, bridge.Index), (port.MinMtu, port.MaxMtu, port.Master));
            Assert.Equal(65535, LargePackets.OfferOf(port));
            Assert.Null(LargePackets.OfferOf(bridge));
            Assert.Equal("it belongs to a bridge or bond", LargePackets.WhyShared(port, [], hasDefaultRoute: false));
            Assert.Equal(0, Find("lp1").Master);
        }
        finally
        {
            Ip("link del lp0");
            Ip("link del lpbridge");
        }
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1500, null)]
    [InlineData(4088, 4088)]
    [InlineData(9194, 9194)]
    [InlineData(100_000, 65535)]
    public void OfferOf_Card_IsItsDriversLimitIfThatIsMoreThanTheUsual(int driver, int? offer) => Assert.Equal(offer, LargePackets.OfferOf(s_card with { MaxMtu = driver }));

    [Theory]
    [InlineData("fe80::5054:ff:fe12:3457,169.254.7.8", false, null)]
    [InlineData("fe80::1,192.168.7.1", false, "it has the address 192.168.7.1")]
    [InlineData("fd77::1", false, "it has the address fd77::1")]
    [InlineData("fe80::1", true, "a default route leads through it")]
    public void WhyShared_AddressesAndRoutes_TellACableFromANetwork(string addresses, bool hasDefaultRoute, string? why) => Assert.Equal(
        why, LargePackets.WhyShared(s_card, addresses.Split(',').Select(address => new LinkAddress(3, IPAddress.Parse(address), 64, true)), hasDefaultRoute));

    private static NetworkLink Find(string name) => RouteNetlink.ListLinks().Single(link => link.Name == name);
}
