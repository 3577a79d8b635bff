using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using Stiefel.Attach.Agent;
using Stiefel.Attach.Console;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Boot;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>
/// The tests' network namespace is that of the laptop's system; the link's is made by <see cref="LinkNamespace"/>. The system outside gives its card an address by hand.
/// </summary>
[Collection("network namespace")]
public sealed class LanDoorTests
{
    private const string OutsideName = "eth0";
    private static readonly IPAddress s_laptop = IPAddress.Parse(Cable.LaptopAddress);

    // The thread that watches for a card never ends, so each test uses a card of its own.
    private readonly string _address = $"02:00:00:00:03:{Interlocked.Increment(ref s_cards):x2}";
    private static int s_cards;

    private readonly List<string> _said = [];

    private MacAddress Mac => MacAddress.TryParse(_address, out var mac) ? mac : throw new FormatException();

    [Fact]
    public void Enter_CableWithTheLaptopAlone_CardOutsideHasItsNamesAndNoCarrier() => Play(LinkInternet.Auto, (link, _, _) =>
    {
        using var opened = new ManualResetEventSlim();
        link.Door!.OpenWhenOthersAreHeard(s_laptop, opened.Set);
        link.Outside(() => Done(() => RouteNetlink.SetUp(link.Door.OutsideIndex)));
        var end = Stopwatch.StartNew();
        while (end.Elapsed < TimeSpan.FromSeconds(5))
        {
            Assert.True(Reaches(s_laptop));
        }

        Assert.False(opened.IsSet);
        var shown = link.Outside(() => Ip($"link show dev {OutsideName}"));
        Assert.Contains(_address, shown, StringComparison.Ordinal);
        Assert.Contains("NO-CARRIER", shown, StringComparison.Ordinal);
        Assert.Contains("mtu 1500", shown, StringComparison.Ordinal);
        Assert.Contains($"altname enx{_address.Replace(":", "", StringComparison.Ordinal)}", shown, StringComparison.Ordinal);
        Assert.Equal(Mac.ToLocal(), LanDoor.FindBridge()!.Mac);
    });

    [Fact]
    public void OpenWhenOthersAreHeard_RouterThatIsSilentUntilAsked_SystemReachesItAndTheLaptopIsReached() => Play(LinkInternet.Auto, (link, network, _) =>
    {
        using var opened = new ManualResetEventSlim();
        link.Door!.OpenWhenOthersAreHeard(s_laptop, opened.Set);
        network.AddRouter();

        Assert.True(opened.Wait(TimeLimit.Seconds(40)));
        ReachRouter(link);
        Assert.True(Reaches(s_laptop));
        Assert.Contains("other machines than the laptop", Assert.Single(_said), StringComparison.Ordinal);
    });

    [Fact]
    public void Enter_WantedFromTheStart_HasACarrierAtOnce() => Play(LinkInternet.Yes, (link, network, _) =>
    {
        network.AddRouter();
        ReachRouter(link);
    });

    [Fact]
    public void Enter_NotWanted_HasNeitherBridgeNorCardOutside() => Play(LinkInternet.No, (link, _, _) =>
    {
        Assert.Null(link.Door);
        Assert.Null(LanDoor.FindBridge());
        Assert.Empty(link.Outside(() => RouteNetlink.ListLinks().Where(other => other.Mac == Mac)));
    });

    [Fact]
    public void Enter_CardThatIsReplugged_IsAPortAgainAndCardOutsideStays() => Play(LinkInternet.Yes, (link, network, cable) =>
    {
        network.AddRouter();
        var before = LanDoor.FindBridge()!.Index;
        var door = link.Door!.OutsideIndex;

        link.Outside(() => Done(cable.PlugOut));
        Assert.True(Until(() => RouteNetlink.ListLinks().All(other => other.Name != CableLink.Card)));
        Assert.False(Reaches(s_laptop));
        link.Outside(() => Done(() =>
        {
            cable.PlugIn();
            network.PlugIn();
        }));
        Assert.True(Until(() => RouteNetlink.ListLinks().Any(other => other.Name == CableLink.Card)));
        Raise();

        Assert.True(Until(() => Reaches(s_laptop)));
        Assert.Equal((before, door), (LanDoor.FindBridge()!.Index, link.Door.OutsideIndex));
        ReachRouter(link);
    });

    [Fact]
    public void Outside_SystemSetsItsCardDownRenamesItAndLies_LinkIsUndisturbed() => Play(LinkInternet.Yes, (link, network, _) =>
    {
        network.AddRouter();
        ReachRouter(link);
        foreach (var command in (string[])[
            $"link set dev {OutsideName} mtu 1300", $"link set dev {OutsideName} down", $"link set dev {OutsideName} address 02:00:00:00:03:ff",
            $"link set dev {OutsideName} name lan", "link set dev lan up"])
        {
            link.Outside(() => Ip(command));
            Assert.True(Reaches(s_laptop), command);
        }

        // Frames in the laptop's name and in the link's own, to everybody.
        Assert.True(MacAddress.TryParse(SharedNetwork.LaptopMac, out var laptop));
        foreach (var sender in (MacAddress[])[laptop, Mac.ToLocal()])
        {
            link.Outside(() => Done(() =>
            {
                using var frames = new EthernetSocket(link.Door!.OutsideIndex, EthernetSocket.AllProtocols);
                frames.Send([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. sender.ToBytes(), 0x88, 0xb5, .. new byte[50]]);
            }));
            Assert.Contains($"{sender}", Bridge("fdb show").Replace($"{SharedNetwork.LaptopMac} dev {LanDoor.Inside}", "wrong", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.True(Reaches(s_laptop));
        }

        link.Outside(() => Ip("link del lan"));
        Assert.True(Reaches(s_laptop));
    });

    [Fact]
    public void GoOn_AgentThatWasKilled_TheNextFindsCardAndDoor() => Play(LinkInternet.Auto, (link, network, _) =>
    {
        network.AddRouter();
        using var outside = link.Outside(NetworkNamespace.OfThisThread);
        var next = LinkNamespace.GoOn(Mac, outside, "veth", _said.Add);
        using var opened = new ManualResetEventSlim();

        Assert.Equal(link.Door!.OutsideIndex, next.Door?.OutsideIndex);
        next.Door!.OpenWhenOthersAreHeard(s_laptop, opened.Set);
        Assert.True(opened.Wait(TimeLimit.Seconds(40)));
        Raise();
        Assert.True(Reaches(s_laptop));
        ReachRouter(next);
    });

    [Theory]
    [InlineData("eth0", true)]
    [InlineData("eth12", true)]
    [InlineData("eth", false)]
    [InlineData("ethernet", false)]
    [InlineData("usb0", false)]
    public void IsUsual_Name_IsOneOfTheKernelsForEthernet(string name, bool usual) => Assert.Equal(usual, LanDoor.IsUsual(name));

    private void Play(LinkInternet internet, Action<LinkNamespace, SharedNetwork, Cable> play)
    {
        using var cable = new Cable(_address);
        using var network = new SharedNetwork(cable);
        LinkNamespace? made = null;
        try
        {
            OwnThread.Run(() =>
            {
                made = LinkNamespace.Enter(Mac, internet, _said.Add, WaitingReport.WhileBooting(Assert.Fail, () => Environment.TickCount64));
                Raise();
                Assert.True(Until(() => internet == LinkInternet.No || Reaches(s_laptop)));
                play(made, network, cable);
            });
        }
        finally
        {
            // Threads that never end keep the namespace with its end of the pair.
            foreach (var left in RouteNetlink.ListLinks().Where(link => link.Index == made?.Door?.OutsideIndex))
            {
                RouteNetlink.Remove(left.Index);
            }
        }
    }

    private void Raise() => Assert.True(Until(() => new CableLink(Mac, 1500, Assert.Fail).Raise(needsLinkLocal: true).Missing is null));

    // What the laptop's system does with a card by DHCP.
    private void ReachRouter(LinkNamespace link) => link.Outside(() => Done(() =>
    {
        var card = RouteNetlink.ListLinks().Single(other => other.Index == link.Door!.OutsideIndex);
        Assert.Equal(Mac, card.Mac);
        RouteNetlink.SetUp(card.Index);
        RouteNetlink.AddAddress(card.Index, IPAddress.Parse("192.168.77.5"), 24);
        Assert.True(Until(() => Answers(IPAddress.Parse(SharedNetwork.Router))));
    }));

    private static bool Reaches(IPAddress laptop) => LanDoor.FindBridge() is { } bridge && Answers(new IPAddress(laptop.GetAddressBytes(), bridge.Index));

    private static bool Answers(IPAddress address)
    {
        try
        {
            using var ping = new Ping();
            return ping.Send(address, 1000).Status == IPStatus.Success;
        }
        catch (PingException)
        {
            return false;
        }
    }

    private static string Bridge(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("bridge", arguments) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd();
    }

    private static bool Done(Action action)
    {
        action();
        return true;
    }

    private static bool Until(Func<bool> isDone)
    {
        var since = Stopwatch.StartNew();
        while (!isDone() && since.Elapsed < TimeLimit.Seconds(20))
        {
            Thread.Sleep(20);
        }

        return isDone();
    }
}
