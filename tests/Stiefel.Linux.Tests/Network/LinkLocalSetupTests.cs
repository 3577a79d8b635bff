using System.Collections.Concurrent;
using System.Net;
using Stiefel.Linux.Network;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Linux.Tests.Network;

[Collection("network namespace")]
public sealed class LinkLocalSetupTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeLimit.Seconds(20);

    private readonly string _far = $"stiefel-far-{Environment.ProcessId}";
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly ConcurrentQueue<string> _lines = new();
    private Task _running = Task.CompletedTask;

    public LinkLocalSetupTests()
    {
        Ip($"netns add {_far}");
        foreach (var cable in (string[])["ll0", "ll1"])
        {
            Ip($"link add {cable} type veth peer name {cable} netns {_far}");
            Ip($"link set {cable} up");
            Ip($"-n {_far} link set {cable} up");
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _running.Wait(s_limit, TestContext.Current.CancellationToken);
        Ip("link del ll0");
        Ip("link del ll1");
        Ip($"netns del {_far}");
        foreach (var rule in Ip("rule show").Split('\n').Where(rule => rule.StartsWith("30000:", StringComparison.Ordinal)))
        {
            Ip("rule del priority 30000");
        }

        _stop.Dispose();
    }

    /// <summary>Both interfaces are in 169.254.0.0/16, so the route to a peer on the second cable is the first's, unless the sender's address decides.</summary>
    [Fact]
    public void RunAsync_TwoCables_EachHasAnAddressFromWhichItAnswersOnItsOwn()
    {
        _running = LinkLocalSetup.RunAsync(_lines.Enqueue, _stop.Token);
        var (first, second) = (AddressOf("ll0"), AddressOf("ll1"));
        Assert.NotEqual(first, second);

        Assert.Contains("dev ll0", Ip($"route get 169.254.9.9 from {first}"), StringComparison.Ordinal);
        Assert.Contains("dev ll1", Ip($"route get 169.254.9.9 from {second}"), StringComparison.Ordinal);

        // As when its adapter is reset: the address stays, and the kernel takes the routes away.
        Ip("link set ll1 down");
        Assert.DoesNotContain("dev ll1", Ip($"route get 169.254.9.9 from {second}"), StringComparison.Ordinal);
        Ip("link set ll1 up");
        Assert.True(SpinWait.SpinUntil(() => Ip($"route get 169.254.9.9 from {second}").Contains("dev ll1", StringComparison.Ordinal), s_limit));
        Assert.Equal(["ll0", "ll1"], _lines.Where(line => line.StartsWith("ll", StringComparison.Ordinal)).Select(line => line[..3]).Order());
    }

    [Fact]
    public void RunAsync_AddressInUseOnTheCable_TakesTheNext()
    {
        var mac = RouteNetlink.ListLinks().Single(link => link.Name == "ll0").Mac;
        // Before its first IPv4 address, the kernel asks for none.
        Ip("address add 192.0.2.1/32 dev ll1");
        Ip($"-n {_far} address add {Ipv4LinkLocal.Of(mac, 0)}/16 dev ll0");

        _running = LinkLocalSetup.RunAsync(_lines.Enqueue, _stop.Token);

        Assert.Equal(Ipv4LinkLocal.Of(mac, 1), AddressOf("ll0"));
        Assert.DoesNotContain("169.254.", Ip("neighbour show dev ll0"), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_AnyCard_IsInTheRangeAndAlwaysTheSame()
    {
        var seen = new HashSet<IPAddress>();
        for (byte card = 0; card < 200; card++)
        {
            var address = Ipv4LinkLocal.Of(MacAddress.FromBytes([2, 0, 0, 0, 0, card]), 0);
            Assert.True(Ipv4LinkLocal.Contains(address));
            Assert.InRange(address.GetAddressBytes()[2], 1, 254);
            Assert.Equal(address, Ipv4LinkLocal.Of(MacAddress.FromBytes([2, 0, 0, 0, 0, card]), 0));
            seen.Add(address);
        }

        Assert.InRange(seen.Count, 190, 200);
        Assert.False(Ipv4LinkLocal.Contains(IPAddress.Parse("fe80::1")));
        Assert.False(Ipv4LinkLocal.Contains(IPAddress.Parse("192.168.254.1")));
    }

    private IPAddress AddressOf(string name)
    {
        IPAddress? address = null;
        Assert.True(SpinWait.SpinUntil(
            () => RouteNetlink.ListLinks().FirstOrDefault(link => link.Name == name) is { } link
                && (address = RouteNetlink.ListAddresses(link.Index).FirstOrDefault(own => Ipv4LinkLocal.Contains(own.Address))?.Address) is not null,
            s_limit), $"{name} has no address: {string.Join(" | ", _lines)}");
        return address!;
    }
}
