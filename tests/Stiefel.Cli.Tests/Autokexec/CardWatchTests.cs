using Stiefel.Cli.Autokexec;
using Stiefel.Linux.Network;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

public class CardWatchTests
{
    private const string Dock = "00:11:22:aa:bb:cc";

    [Fact]
    public void Look_CardIsPluggedInLater_IsFoundOnce()
    {
        var watch = Watch();
        Assert.Null(watch.Look([Link(1, "52:54:00:00:00:01")]));
        Assert.Equal(2, watch.Look([Link(1, "52:54:00:00:00:01"), Link(2, Dock)])!.Index);
        Assert.Null(watch.Look([Link(1, "52:54:00:00:00:01"), Link(2, Dock)]));
    }

    /// <summary>A laptop that came home with its card still in must not leave again.</summary>
    [Fact]
    public void Look_CardIsThereAlready_CountsWhenItWasOut()
    {
        var watch = Watch();
        Assert.Null(watch.Look([Link(2, Dock)]));
        Assert.Null(watch.Look([]));
        Assert.Equal(3, watch.Look([Link(3, Dock)])!.Index);
    }

    [Fact]
    public void Look_BridgeTakesTheAddressOfACardThatIsIn_CountsNot()
    {
        var watch = Watch();
        Assert.Null(watch.Look([Link(2, Dock)]));
        Assert.Null(watch.Look([Link(2, Dock), Link(9, Dock)]));
    }

    [Fact]
    public void Look_OtherCardsAndWhatIsNoEthernet_CountNot()
    {
        var watch = Watch();
        Assert.Null(watch.Look([]));
        Assert.Null(watch.Look([Link(1, "52:54:00:00:00:01"), Link(2, Dock) with { IsEthernetLike = false }]));
    }

    private static CardWatch Watch() => new([Mac(Dock)]);

    private static NetworkLink Link(int index, string mac) => new(index, $"eth{index}", Mac(mac), true, true, "up", 1500, IsEthernetLike: true);

    private static MacAddress Mac(string text) => MacAddress.TryParse(text, out var mac) ? mac : throw new ArgumentException(text);
}
