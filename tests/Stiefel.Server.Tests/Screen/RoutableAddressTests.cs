using System.Net;
using Stiefel.Protocol.Control;
using Stiefel.Server.Screen;

namespace Stiefel.Server.Tests.Screen;

public sealed class RoutableAddressTests
{
    [Theory]
    [InlineData("[::]:4645", "192.168.1.5", "fe80::1/64", "2001:db8::1/64", "192.168.1.5/24")]
    [InlineData("[::]:4645", "2001:db8::1", "fe80::1/64", "2001:db8::1/64", "169.254.7.7/16")]
    [InlineData("0.0.0.0:4645", null, "fe80::1/64", "2001:db8::1/64")]
    [InlineData("[::]:4645", null, "fe80::1/64", "169.254.7.7/16")]
    [InlineData("127.0.0.1:4645", null, "192.168.1.5/24")]
    [InlineData("[2001:db8::1]:4645", "2001:db8::1", "192.168.1.5/24", "2001:db8::1/64")]
    [InlineData(null, null, "192.168.1.5/24")]
    public void Address_ThatABrowserReaches_IsFound(string? listener, string? expected, params string[] addresses) =>
        Assert.Equal(expected, RoutableAddress.Of(Network(true, addresses), listener is null ? null : IPEndPoint.Parse(listener))?.ToString());

    [Fact]
    public void Address_OfACardWithoutACable_IsNone() => Assert.Null(RoutableAddress.Of(Network(false, "192.168.1.5/24"), IPEndPoint.Parse("[::]:4645")));

    private static NetworkStatus Network(bool carrier, params string[] addresses) => new(
        [new InterfaceStatus { Name = "eth0", Mac = "", Up = true, Carrier = carrier, Mtu = 1500, Addresses = addresses, Machines = [], Problems = [] }]);
}
