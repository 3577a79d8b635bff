using System.Diagnostics;
using Stiefel.Attach.Agent;
using Stiefel.Attach.Console;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Boot;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Attach.Tests.Agent;

[Collection("network namespace")]
public sealed class LinkNamespaceTests
{
    // The thread that watches for a card never ends, so each test uses a card of its own.
    private readonly string _address = $"02:00:00:00:01:{Interlocked.Increment(ref s_cards):x2}";

    private static int s_cards;

    private MacAddress Mac => MacAddress.TryParse(_address, out var mac) ? mac : throw new FormatException();

    [Fact]
    public void Enter_CardThatIsThere_IsInsideAndWorksWhateverTheSystemOutsideDoes()
    {
        using var cable = new Cable(_address);
        OwnThread.Run(() =>
        {
            var link = LinkNamespace.Enter(Mac, LinkInternet.No, Assert.Fail, NoWait());

            Assert.False(link.IsShared);
            Assert.Empty(link.Outside(Cards));
            link.Outside(() => Sysctl("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1"));
            try
            {
                var state = Until(() => new CableLink(Mac, 1500, Assert.Fail).Raise(needsLinkLocal: true), state => state.Missing is null);
                Assert.Equal(CableLink.Name, Assert.Single(Cards()).Name);
                Assert.NotEqual(0, state.Index);
            }
            finally
            {
                link.Outside(() => Sysctl("/proc/sys/net/ipv6/conf/all/disable_ipv6", "0"));
            }
        });
    }

    [Fact]
    public void Enter_CardThatIsReplugged_IsTakenInAgainUnderAnotherNumber()
    {
        using var cable = new Cable(_address);
        OwnThread.Run(() =>
        {
            var link = LinkNamespace.Enter(Mac, LinkInternet.No, Assert.Fail, NoWait());
            var before = Assert.Single(Cards()).Index;

            link.Outside(() => Done(cable.PlugOut));
            Assert.Empty(Until(Cards, cards => cards.Count == 0));
            link.Outside(() => Done(cable.PlugIn));

            Assert.NotEqual(before, Assert.Single(Until(Cards, cards => cards.Count == 1)).Index);
            Assert.Empty(link.Outside(Cards));
        });
    }

    [Fact]
    public void Enter_AnotherInterfaceOfTheSameAddress_IsLeftToTheSystem()
    {
        using var cable = new Cable(_address);
        OwnThread.Run(() =>
        {
            var link = LinkNamespace.Enter(Mac, LinkInternet.No, Assert.Fail, NoWait());
            link.Outside(() => Done(() => Ip($"link add ourbridge address {_address} type bridge")));
            try
            {
                // Replug the card: when that announcement has been handled, the bridge's earlier one has been too.
                link.Outside(() => Done(cable.PlugOut));
                link.Outside(() => Done(cable.PlugIn));
                Until(Cards, cards => cards.Count == 1);
                Assert.Equal("ourbridge", Assert.Single(link.Outside(Cards)).Name);
            }
            finally
            {
                link.Outside(() => Done(() => Ip("link del ourbridge")));
            }
        });
    }

    [Fact]
    public void Enter_CardThatCannotLeaveTheSystem_IsSharedAndSaid()
    {
        Ip($"link add ourbridge address {_address} type bridge");
        try
        {
            List<string> said = [];
            OwnThread.Run(() =>
            {
                var link = LinkNamespace.Enter(Mac, LinkInternet.No, said.Add, NoWait());

                Assert.True(link.IsShared);
                Assert.Equal("ourbridge", Assert.Single(Cards()).Name);
            });
            Assert.Contains("has no network namespace of its own", Assert.Single(said), StringComparison.Ordinal);
        }
        finally
        {
            Ip("link del ourbridge");
        }
    }

    private List<NetworkLink> Cards() => [.. RouteNetlink.ListLinks().Where(link => link.Mac == Mac)];

    private static WaitingReport NoWait() => WaitingReport.WhileBooting(Assert.Fail, () => Environment.TickCount64);

    private static bool Sysctl(string file, string value) => Done(() => File.WriteAllText(file, value));

    private static bool Done(Action action)
    {
        action();
        return true;
    }

    private static T Until<T>(Func<T> look, Func<T, bool> isDone)
    {
        var since = Stopwatch.StartNew();
        var last = look();
        for (; !isDone(last) && since.Elapsed < TimeLimit.Seconds(20); last = look())
        {
            Thread.Sleep(20);
        }

        return last;
    }
}
