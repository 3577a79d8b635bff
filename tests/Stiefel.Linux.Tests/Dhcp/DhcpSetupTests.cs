using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Stiefel.Linux.Dhcp;
using Stiefel.Linux.Network;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Linux.Tests.Dhcp;

/// <summary>The DHCP client on a cable: with dnsmasq in a network namespace of its own, and with a server that says what the test wants.</summary>
[Collection("network namespace")]
public sealed class DhcpSetupTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeLimit.Seconds(20);

    private readonly string _far = $"stiefel-dhcp-{Environment.ProcessId}";
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly ConcurrentQueue<string> _lines = new();
    private Task _running = Task.CompletedTask;
    private Process? _dnsmasq;

    public DhcpSetupTests()
    {
        Ip($"netns add {_far}");
        Ip("link add dh0 type veth peer name dh1");
        Ip("link set dh0 up");
        // Before its first IPv4 address, the kernel asks for none.
        Ip("address add 192.0.2.1/32 dev lo");
    }

    public void Dispose()
    {
        _stop.Cancel();
        _running.Wait(s_limit, CancellationToken.None);
        _dnsmasq?.Kill();
        _dnsmasq?.Dispose();
        Ip("link del dh0");
        Ip("address del 192.0.2.1/32 dev lo");
        Ip($"netns del {_far}");
        _stop.Dispose();
    }

    [Fact]
    public void Dnsmasq_OnTheCable_LendsAnAddressUntilTheCableIsOut()
    {
        Serve("192.168.77.10,192.168.77.20");
        Start(takesRouter: false);

        Await(() => Shown().Contains("inet 192.168.77.", StringComparison.Ordinal));
        Assert.Matches(@"inet 192\.168\.77\.(1\d|20)/24 brd 192\.168\.77\.255 scope global dynamic dh0", Shown());
        Assert.Matches("valid_lft (1[01][0-9]|120)sec", Shown()); // the kernel itself forgets it
        Assert.DoesNotContain("default", Ip("-4 route show"), StringComparison.Ordinal);
        Await(() => _lines.Any(line => line.StartsWith("dh0 has the address 192.168.77.", StringComparison.Ordinal) && line.EndsWith("/24 from the DHCP server 192.168.77.1", StringComparison.Ordinal)));

        Ip($"-n {_far} link set dh1 down");
        Await(() => Shown().Length == 0);
        Ip($"-n {_far} link set dh1 up");
        Await(() => Shown().Contains("inet 192.168.77.", StringComparison.Ordinal));
    }

    [Fact]
    public void Dnsmasq_WithARouter_IsTheDefaultRouteOnlyIfAskedFor()
    {
        Serve("192.168.77.10,192.168.77.20");
        Start(takesRouter: true);

        Await(() => Ip("-4 route show").Contains("default via 192.168.77.254 dev dh0 proto dhcp src 192.168.77.", StringComparison.Ordinal));
        Assert.Contains(RouteNetlink.ListLinks().Single(link => link.Name == "dh0").Index, DefaultRoutes.ListInterfaces());
        _stop.Cancel();
        Await(() => !Ip("-4 route show").Contains("default", StringComparison.Ordinal));
    }

    [Fact]
    public void Dnsmasq_OffersAnAddressThatIsInUse_IsDeclined()
    {
        Ip($"-n {_far} address add 192.168.77.10/32 dev lo");
        Serve("192.168.77.10,192.168.77.10");
        Start(takesRouter: false);

        Await(() => _lines.Contains("dh0 does not take 192.168.77.10 from the DHCP server 192.168.77.1: another machine has it"));
        Assert.Equal("", Shown());
    }

    [Fact]
    public void Dnsmasq_OffersTheNetworkOfAnotherCable_IsNotTaken()
    {
        Ip("address add 192.168.77.129/28 dev lo");
        try
        {
            Serve("192.168.77.10,192.168.77.20");
            Start(takesRouter: false);

            Await(() => _lines.Any(line => line.EndsWith("from the DHCP server 192.168.77.1: lo has 192.168.77.129/28 in that network", StringComparison.Ordinal)));
            Assert.Equal("", Shown());
        }
        finally
        {
            Ip("address del 192.168.77.129/28 dev lo");
        }
    }

    /// <summary>What is sent to all machines on the cable, as the search's questions are, comes from the link-local address, whichever was there first.</summary>
    [Fact]
    public void Dnsmasq_BesideALinkLocalAddress_LeavesItTheFirst()
    {
        Serve("192.168.77.10,192.168.77.20");
        Start(takesRouter: false);
        Await(() => Shown().Contains("inet 192.168.77.", StringComparison.Ordinal));
        Assert.Contains(" src 192.168.77.", Ip("route get 255.255.255.255 oif dh0"), StringComparison.Ordinal);

        RouteNetlink.AddAddress(RouteNetlink.ListLinks().Single(link => link.Name == "dh0").Index, IPAddress.Parse("169.254.9.8"), Ipv4LinkLocal.PrefixLength);
        Assert.Contains(" src 169.254.9.8 ", Ip("route get 255.255.255.255 oif dh0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_ThatLies_IsPassedOverForOneThatDoesNot()
    {
        Ip("link set dh1 up");
        using var server = new ScriptedDhcpServer(RouteNetlink.ListLinks().Single(link => link.Name == "dh1").Index);
        Start(takesRouter: true);
        var question = await server.HearAsync(ScriptedDhcpServer.Discover, _stop.Token);
        Assert.True(question.IsForAll);
        Assert.Null(question.Option(50));
        Assert.Equal([1, 3], question.Option(55)); // mask and router, nothing else

        var terms = ScriptedDhcpServer.Terms();
        server.Answer(question, ScriptedDhcpServer.Offer, "192.168.77.66", terms, frame => Changed(frame, 46, 1)); // another transaction
        server.Answer(question, ScriptedDhcpServer.Offer, "192.168.77.66", terms, frame => Changed(frame, 70, 1)); // another card
        server.Answer(question, ScriptedDhcpServer.Offer, "192.168.77.66", [.. terms, 12, 250, 1]); // an option longer than the frame
        server.Answer(question, ScriptedDhcpServer.Offer, "192.168.77.66", terms, frame => frame[..200]);
        server.Answer(question, ScriptedDhcpServer.Acknowledge, "192.168.77.66", terms); // nobody asked for it
        foreach (var address in (string[])["0.0.0.0", "127.0.0.5", "224.0.0.7", "255.255.255.255", "169.254.3.4", "192.168.77.0"])
        {
            server.Answer(question, ScriptedDhcpServer.Offer, address, terms);
        }

        server.Answer(question, ScriptedDhcpServer.Offer, "192.168.77.66", ScriptedDhcpServer.Terms(mask: "0.0.0.0"));
        server.Answer(question, ScriptedDhcpServer.Offer, "192.168.77.9", [.. terms, 3, 4, 8, 8, 8, 8]); // a router that is elsewhere
        var request = await server.HearAsync(ScriptedDhcpServer.Request, _stop.Token);
        Assert.Equal((byte[])[192, 168, 77, 9], request.Option(50));
        Assert.Equal(ScriptedDhcpServer.Address.GetAddressBytes(), request.Option(54));
        server.Answer(request, ScriptedDhcpServer.Acknowledge, "192.168.77.66", terms); // another address than was asked for
        server.Answer(request, ScriptedDhcpServer.Acknowledge, "192.168.77.9", [.. ScriptedDhcpServer.Terms(seconds: 600), 3, 4, 8, 8, 8, 8]);

        Await(() => Shown().Contains("inet 192.168.77.9/24", StringComparison.Ordinal));
        Assert.Single(Shown().Split('\n'), line => line.Contains("inet ", StringComparison.Ordinal));
        Assert.DoesNotContain("default", Ip("-4 route show"), StringComparison.Ordinal);
        Assert.Equal(7, _lines.Count(line => line.StartsWith("dh0 takes no address from the DHCP server 192.168.77.1: ", StringComparison.Ordinal)));
    }

    /// <summary>RFC 2131 §4.4.5: asked of this server alone first, then of all; a refusal ends it.</summary>
    [Fact]
    public async Task Server_ThatStopsLending_IsAskedInTimeAndLosesTheCard()
    {
        Ip("link set dh1 up");
        using var server = new ScriptedDhcpServer(RouteNetlink.ListLinks().Single(link => link.Name == "dh1").Index);
        Start(takesRouter: false);
        var terms = ScriptedDhcpServer.Terms();
        server.Answer(await server.HearAsync(ScriptedDhcpServer.Discover, _stop.Token), ScriptedDhcpServer.Offer, "192.168.77.9", terms);
        server.Answer(await server.HearAsync(ScriptedDhcpServer.Request, _stop.Token), ScriptedDhcpServer.Acknowledge, "192.168.77.9", terms);
        Await(() => Shown().Contains("inet 192.168.77.9/24", StringComparison.Ordinal));

        var renewal = await server.HearAsync(ScriptedDhcpServer.Request, _stop.Token);
        Assert.False(renewal.IsForAll);
        Assert.Equal((ScriptedDhcpServer.Address, IPAddress.Parse("192.168.77.9")), (renewal.To, renewal.Own));
        Assert.Null(renewal.Option(50));
        server.Answer(renewal, ScriptedDhcpServer.Acknowledge, "192.168.77.9", terms);

        var question = renewal;
        while (!question.IsForAll)
        {
            question = await server.HearAsync(ScriptedDhcpServer.Request, _stop.Token);
        }

        Assert.Equal((IPAddress.Broadcast, IPAddress.Parse("192.168.77.9")), (question.To, question.Own));
        server.Answer(question, ScriptedDhcpServer.Refuse, "0.0.0.0", [54, 4, .. ScriptedDhcpServer.Address.GetAddressBytes()]);
        Await(() => Shown().Length == 0);
        Assert.Contains("dh0 loses the address 192.168.77.9: the DHCP server refuses it", _lines);
        await server.HearAsync(ScriptedDhcpServer.Discover, _stop.Token);
    }

    private static byte[] Changed(byte[] frame, int at, byte bit)
    {
        frame[at] ^= bit;
        return frame;
    }

    private void Start(bool takesRouter) => _running = new DhcpSetup(takesRouter, link => link.Name == "dh0", _lines.Enqueue).RunAsync(_stop.Token);

    private void Serve(string range)
    {
        Ip($"link set dh1 netns {_far}");
        Ip($"-n {_far} link set lo up");
        Ip($"-n {_far} address add {ScriptedDhcpServer.Address}/24 dev dh1");
        Ip($"-n {_far} link set dh1 up");
        _dnsmasq = Process.Start(
            "ip", $"netns exec {_far} dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --interface=dh1 --bind-dynamic --no-ping --leasefile-ro --pid-file= --user=root --log-facility=/dev/null --dhcp-range={range},120 --dhcp-option=3,192.168.77.254");
    }

    private static string Shown() => Ip("-4 address show dev dh0").Trim();

    private void Await(Func<bool> isTrue) => Assert.True(SpinWait.SpinUntil(isTrue, s_limit), $"{string.Join(" | ", _lines)}\n{Shown()}\n{Ip("-4 route show")}");
}
