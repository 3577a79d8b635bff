using System.Net;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Linux.Tests.Network;

/// <summary>Changes interfaces through the kernel, and checks the result with iproute2.</summary>
[Collection("network namespace")]
public sealed class RouteNetlinkTests : IDisposable
{
    public RouteNetlinkTests() => Ip("link add rn0 address 02:00:00:00:00:10 type veth peer name rn1");

    public void Dispose()
    {
        foreach (var link in RouteNetlink.ListLinks().Where(link => link.Mac.ToString() == "02:00:00:00:00:10"))
        {
            Ip($"link del {link.Name}");
        }
    }

    [Fact]
    public void ListLinks_FreshNamespace_ShowsLoopbackAndVeth()
    {
        var links = RouteNetlink.ListLinks();

        var loopback = Assert.Single(links, link => link.Name == "lo");
        Assert.False(loopback.IsEthernetLike);
        var cable = Find("rn0");
        Assert.True(cable.IsEthernetLike);
        Assert.False(cable.IsUp);
        Assert.False(cable.HasCarrier);
        Assert.Equal("down", cable.OperState);
        Assert.Equal(1500, cable.Mtu);
    }

    [Fact]
    public void SetUp_BothEnds_GivesCarrier()
    {
        RouteNetlink.SetUp(Find("rn0").Index);
        Assert.True(Find("rn0").IsUp);
        Assert.False(Find("rn0").HasCarrier);

        RouteNetlink.SetUp(Find("rn1").Index);

        Assert.True(Eventually(() => Find("rn0") is { HasCarrier: true, OperState: "up" }));
        RouteNetlink.SetDown(Find("rn0").Index);
        Assert.False(Find("rn0").IsUp);
    }

    [Fact]
    public void RenameAndMtu_AreSeenByIproute2()
    {
        var index = Find("rn0").Index;

        RouteNetlink.Rename(index, "stiefellink");
        RouteNetlink.SetMtu(index, 9000);

        Assert.Contains("mtu 9000", Ip("link show dev stiefellink"), StringComparison.Ordinal);
        Assert.Equal(index, Find("stiefellink").Index);
    }

    [Theory]
    [InlineData("192.168.7.5", 24, "inet 192.168.7.5/24 brd 192.168.7.255 scope global")]
    [InlineData("fe80::5", 64, "inet6 fe80::5/64 scope link nodad")]
    [InlineData("fd00::1:5", 112, "inet6 fd00::1:5/112 scope global nodad")]
    public void AddAddress_Twice_IsThereOnce(string address, int prefixLength, string shown)
    {
        var index = Find("rn0").Index;

        RouteNetlink.AddAddress(index, IPAddress.Parse(address), prefixLength);
        RouteNetlink.AddAddress(index, IPAddress.Parse(address), prefixLength);

        Assert.Contains(shown, Ip("address show dev rn0"), StringComparison.Ordinal);
        var listed = Assert.Single(RouteNetlink.ListAddresses(index));
        Assert.Equal((address, prefixLength, index), (listed.Address.ToString().Split('%')[0], listed.PrefixLength, listed.LinkIndex));
    }

    [Fact]
    public void ListAddresses_WithoutDetection_LinkLocalIsUsableAtOnce()
    {
        foreach (var name in (string[])["rn0", "rn1"])
        {
            DuplicateAddressDetection.Disable(name);
            RouteNetlink.SetUp(Find(name).Index);
        }

        var link = Find("rn0");
        Assert.True(Eventually(() => RouteNetlink.ListAddresses(link.Index).Any(address => address.IsUsable)));
        var own = RouteNetlink.ListAddresses(link.Index).Single(address => address.Address.IsIPv6LinkLocal).Address;
        Assert.Equal(link.Index, own.ScopeId);
        Assert.Equal(link.Mac.ToLinkLocalAddress().GetAddressBytes(), own.GetAddressBytes());
    }

    [Fact]
    public void Rename_NameInUse_SaysWhatAndWhy()
    {
        var failure = Assert.Throws<LinuxException>(() => RouteNetlink.Rename(Find("rn0").Index, "rn1"));

        Assert.Equal(Errno.EEXIST, failure.Errno);
        Assert.Contains("to rn1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SetUp_NoSuchInterface_IsNoSuchDevice() =>
        Assert.Equal(Errno.ENODEV, Assert.Throws<LinuxException>(() => RouteNetlink.SetUp(99_999)).Errno);

    [Fact]
    public void AddVirtual_AndRemove_AreSeenByIproute2()
    {
        var index = RouteNetlink.AddVirtual("rn2", "bridge", 1420);

        Assert.Contains("mtu 1420", Ip("link show dev rn2"), StringComparison.Ordinal);
        Assert.Equal(Errno.EEXIST, Assert.Throws<LinuxException>(() => RouteNetlink.AddVirtual("rn2", "bridge", 1420)).Errno);
        RouteNetlink.Remove(index);
        RouteNetlink.Remove(index);
        Assert.DoesNotContain("rn2", Ip("link show"), StringComparison.Ordinal);
        Assert.Equal(Errno.EOPNOTSUPP, Assert.Throws<LinuxException>(() => RouteNetlink.AddVirtual("rn2", "nosuchkind", 1420)).Errno);
    }

    private static NetworkLink Find(string name) => RouteNetlink.ListLinks().Single(link => link.Name == name);

    internal static bool Eventually(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
        {
            Thread.Sleep(10);
        }

        return condition();
    }
}
