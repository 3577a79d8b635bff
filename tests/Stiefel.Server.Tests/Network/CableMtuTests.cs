using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Stiefel.Linux.Network;
using Stiefel.Server.Configuration;
using Stiefel.Server.Network;

namespace Stiefel.Server.Tests.Network;

/// <summary>The laptop's card, an end of a virtual cable in a network namespace of the test's own thread.</summary>
public sealed class CableMtuTests
{
    private const string Card = "card0";

    [Theory]
    [InlineData("", true, 9194, 9000)]
    [InlineData("", true, 4088, 4088)]
    [InlineData("auto", true, 65535, 9000)]
    [InlineData("9000", false, 9194, 9000)]
    [InlineData("16000", true, 65535, 16000)]
    [InlineData("1500", true, 9194, null)]
    [InlineData("1400", true, 9194, null)]
    [InlineData("", false, 9194, null)] // the system's own card, which carries 1500
    [InlineData("", true, null, null)] // an older desktop, or a card that does no more
    [InlineData("", true, 1500, null)]
    public void Agree_ByDefaultOnACable_IsTheLeastOfBothCardsAndTheSetting(string setting, bool isRamdisk, int? offered, int? agreed) => OnACard(card =>
        Assert.Equal(agreed, Of(setting, isRamdisk).Agree(DesktopBy(card), offered)));

    [Fact]
    public void Agree_SystemsOwnCardIsSetToMore_TakesItAsItIs() => OnACard(card =>
    {
        RouteNetlink.SetMtu(card, 4000);
        Assert.Equal(4000, Of("", isRamdisk: false).Agree(DesktopBy(card), 9194));
    });

    [Fact]
    public void Agree_NetworkOfOthers_OnlyIfTheSettingSaysSo() => OnACard(card =>
    {
        RouteNetlink.AddAddress(card, IPAddress.Parse("192.168.7.1"), 24);
        Assert.Null(Of("", isRamdisk: true).Agree(DesktopBy(card), 9194));
        Assert.Equal(9000, Of("9000", isRamdisk: true).Agree(DesktopBy(card), 9194));
    });

    [Theory]
    [InlineData("192.168.7.2")]
    [InlineData("fd77::2")]
    [InlineData("fe80::2%999")]
    public void Agree_CardCannotBeTold_IsTheUsual(string desktop) => OnACard(_ =>
        Assert.Null(Of("9000", isRamdisk: true).Agree(IPAddress.Parse(desktop), 9194)));

    [Fact]
    public void Agree_LinkWithoutATunnel_IsTheUsual() => OnACard(card =>
        Assert.Null(Of("9000", isRamdisk: true, "--Link:Protection", "none").Agree(DesktopBy(card), 9194)));

    [Fact]
    public void Raise_ForTwoSessions_IsUndoneAfterTheLast() => OnACard(card =>
    {
        var cable = Of("", isRamdisk: true);
        cable.Raise("first", card, 9000);
        cable.Raise("second", card, 9000);
        Assert.Equal(9000, MtuOf(card));

        cable.Release("first");
        Assert.Equal(9000, MtuOf(card));
        cable.Release("second");
        Assert.Equal(1500, MtuOf(card));
        cable.Release("second");
    });

    [Fact]
    public void Raise_CardThatIsGone_IsNoError() => OnACard(card =>
    {
        var cable = Of("", isRamdisk: true);
        cable.Raise("first", card, 9000);
        RouteNetlink.Remove(card);
        cable.Raise("first", card, 9000);
        cable.Release("first");
    });

    [Fact]
    public void Note_PacketsThatGetLost_IsAProblemOfTheirCardUntilTheyArriveOrTheSessionEnds()
    {
        var cable = Of("", isRamdisk: true);
        cable.Note("first", 3, "lost");
        Assert.Equal(["lost"], cable.ProblemsOf(3));
        Assert.Empty(cable.ProblemsOf(4));
        cable.Note("first", 3, null);
        Assert.Empty(cable.ProblemsOf(3));
        cable.Note("first", 3, "lost");
        cable.Release("first");
        Assert.Empty(cable.ProblemsOf(3));
    }

    private static CableMtu Of(string setting, bool isRamdisk, params string[] more) => new(
        ServerOptions.Read(ServerConfiguration.Build(
            ["--Disk:Path", "d", "--Network:Manage", isRamdisk ? "true" : "false", .. setting.Length == 0 ? (string[])[] : ["--Link:Mtu", setting], .. more], new System.Collections.Hashtable(), "", [])),
        NullLogger<CableMtu>.Instance);

    private static IPAddress DesktopBy(int card) => IPAddress.Parse($"fe80::20%{card}");

    private static int MtuOf(int card) => RouteNetlink.ListLinks().Single(link => link.Index == card).Mtu;

    private static void OnACard(Action<int> test)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                NetworkNamespace.Leave();
                var card = RouteNetlink.AddVirtual(Card, "veth", 1500);
                RouteNetlink.SetUp(card);
                test(card);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }
}
