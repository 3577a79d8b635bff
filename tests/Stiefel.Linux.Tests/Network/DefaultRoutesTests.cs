using Stiefel.Linux.Network;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Linux.Tests.Network;

[Collection("network namespace")]
public sealed class DefaultRoutesTests : IDisposable
{
    private readonly int _one;
    private readonly int _other;

    public DefaultRoutesTests()
    {
        Ip("link add route0 type veth peer name route1");
        _one = SetUp("route0", "192.0.2.1/24", "2001:db8:1::1/64");
        _other = SetUp("route1", "198.51.100.1/24", "2001:db8:2::1/64");
    }

    [Fact]
    public void ListInterfaces_NetworksOfTheirOwnOnly_AreNone() => Assert.Empty(DefaultRoutes.ListInterfaces());

    [Theory]
    [InlineData("route add default via 192.0.2.9 dev route0")]
    [InlineData("-6 route add default via 2001:db8:1::9 dev route0")]
    [InlineData("route add default via 192.0.2.9 dev route0 table 77")]
    public void ListInterfaces_DefaultRoute_IsItsInterface(string add)
    {
        Ip(add);
        Assert.Equal([_one], DefaultRoutes.ListInterfaces());
    }

    [Fact]
    public void ListInterfaces_SeveralNextHops_AreAllTheirInterfaces()
    {
        Ip("route add default nexthop via 192.0.2.9 dev route0 nexthop via 198.51.100.9 dev route1");
        Assert.Equal(new HashSet<int> { _one, _other }, DefaultRoutes.ListInterfaces());
    }

    [Fact]
    public void ListInterfaces_RouteThatRefuses_IsNone()
    {
        Ip("route add unreachable default metric 9");
        Assert.Empty(DefaultRoutes.ListInterfaces());
        Ip("route del unreachable default metric 9");
    }

    public void Dispose() => Ip("link del route0");

    private static int SetUp(string name, string address, string address6)
    {
        Ip($"address add {address} dev {name}");
        Ip($"address add {address6} dev {name} nodad");
        Ip($"link set {name} up");
        return RouteNetlink.ListLinks().Single(link => link.Name == name).Index;
    }
}
