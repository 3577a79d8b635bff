using System.Net;
using Stiefel.Client.Failures;
using Stiefel.Client.Search;
using Stiefel.Linux.Network;
using Xunit;

namespace Stiefel.Client.Tests.Search;

[Collection("cable")]
public sealed class FoundServerTests
{
    [Fact]
    public void AtAddress_NamedServer_KnowsTheInterfaceThatLeadsThere()
    {
        using var first = new Cable("near0");
        using var second = new Cable("near1");
        Array.ForEach([first, second], cable => cable.RaiseFar());
        Array.ForEach([first, second], cable => cable.RaiseNear());
        PrivateNetwork.Ip("address add 10.1.0.1/24 dev near0");
        PrivateNetwork.Ip("address add 10.2.0.1/24 dev near1");
        // The kernel assigns the link-local address a moment after it has seen the carrier.
        Assert.True(SpinWait.SpinUntil(() => HasLinkLocal("near0"), TimeLimit.Seconds(10)));

        var server = FoundServer.AtAddress(IPEndPoint.Parse("10.2.0.9:4644"));
        Assert.Equal("near1", server.Link.Name);
        Assert.NotEqual(default, server.Link.Mac);
        Assert.Equal("near0", FoundServer.AtAddress(new IPEndPoint(IPAddress.Parse("fe80::1%near0"), 4644)).Link.Name);
        Assert.Equal("lo", FoundServer.AtAddress(IPEndPoint.Parse("127.0.0.1:4644")).Link.Name);
    }

    [Fact]
    public void Best_OneLaptopOnSeveralCards_IsTheFastestAndKnowsTheOthers()
    {
        var best = Best(("eth0", "fe80::1%1"), ("eth1", "169.254.7.7"), ("eth1", "fe80::2%2"), ("eth2", "fe80::3%3"), ("eth1", "fe80::9%2"));
        Assert.Equal("[fe80::2%2]:4644 by eth1", best.ToString());
        Assert.Equal(["[fe80::3%3]:4644 by eth2", "[fe80::1%1]:4644 by eth0"], best.Others.Select(other => other.ToString()));
    }

    /// <summary>Two cards of the desktop lead to one of the laptop: the second carries nothing that the first does not.</summary>
    [Fact]
    public void Best_OneCardOfTheLaptopBehindASwitch_IsOneCable() => Assert.Empty(Best(("eth0", "fe80::1%1"), ("eth1", "fe80::1%2")).Others);

    [Fact]
    public void Best_LaptopWithoutIPv6_IsOneCable()
    {
        var best = Best(("eth0", "169.254.7.7"), ("eth2", "169.254.7.8"));
        Assert.Equal(("eth2", 0), (best.Link.Name, best.Others.Count));
    }

    private static FoundServer Best(params (string Card, string Address)[] ways) => FoundServer.Best(
        ways.Select(way => new FoundServer(new IPEndPoint(IPAddress.Parse(way.Address), 4644), new NetworkLink(way.Card[3] - '0' + 1, way.Card, MacAddress.FromBytes([2, 0, 0, 0, 0, (byte)way.Card[3]]), true, true, "up", 1500, true))),
        link => link.Name switch { "eth1" => 2500, "eth2" => 1000, _ => 0 });

    [Fact]
    public void OwnAddress_WayByIPv4_IsTheOneOfTheServersNetwork()
    {
        using var cable = new Cable("own0");
        cable.RaiseFar();
        cable.RaiseNear();
        PrivateNetwork.Ip("address add 10.1.0.1/24 dev own0");
        PrivateNetwork.Ip("address add 169.254.7.8/16 dev own0");
        var link = RouteNetlink.ListLinks().Single(link => link.Name == "own0");

        Assert.Equal("169.254.7.8/16", new FoundServer(IPEndPoint.Parse("169.254.9.1:4644"), link).OwnAddress());
        Assert.Equal("10.1.0.1/24", new FoundServer(IPEndPoint.Parse("10.1.0.9:4644"), link).OwnAddress());
        Assert.Null(new FoundServer(IPEndPoint.Parse("10.2.0.9:4644"), link).OwnAddress());
        Assert.Null(new FoundServer(new IPEndPoint(IPAddress.Parse("fe80::1"), 4644), link).OwnAddress());
    }

    [Fact]
    public void AtAddress_NoRoute_SaysSo()
    {
        var error = Assert.Throws<ServerException>(() => FoundServer.AtAddress(IPEndPoint.Parse("192.168.77.1:4644")));
        Assert.Contains("no route to 192.168.77.1:4644", error.Message);
    }

    private static bool HasLinkLocal(string name) => RouteNetlink.ListLinks().Any(
        link => link.Name == name && RouteNetlink.ListAddresses(link.Index).Any(own => own.IsUsable && own.Address.IsIPv6LinkLocal));
}
