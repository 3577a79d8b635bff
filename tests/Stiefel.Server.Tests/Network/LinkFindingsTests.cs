using Stiefel.Linux.Network;
using Stiefel.Server.Network;

namespace Stiefel.Server.Tests.Network;

public sealed class LinkFindingsTests
{
    private static readonly NetworkLink s_good = new(2, "eth0", default, IsUp: true, HasCarrier: true, "up", 1500, IsEthernetLike: true);
    private static readonly LinkHardware s_card = new("r8152", 2500, "full", 5000);
    private static readonly LinkModes s_modes = new(2500, 2500);

    [Fact]
    public void Link_AsItShouldBe_HasNone() => Assert.Empty(Of(s_good, s_card, s_modes));

    [Fact]
    public void Link_WhoseDriverTellsNothing_HasNone() => Assert.Empty(Of(s_good, new LinkHardware(null, null, null, null), new LinkModes(null, null)));

    [Fact]
    public void Link_Down_SaysHowToRaiseIt() => Assert.Equal(["it is down: ip link set dev eth0 up"], Of(s_good with { IsUp = false, HasCarrier = false }, s_card, s_modes));

    [Fact]
    public void Link_WithoutCarrier_SaysThatAndNothingElse() => AssertOne("no carrier", Of(s_good with { HasCarrier = false, Mtu = 576 }, s_card, s_modes));

    [Fact]
    public void Link_WithoutAddress_SaysSo() => AssertOne("no address", LinkFindings.Of(s_good, s_card, s_modes, hasAddress: false, 1500));

    [Fact]
    public void Link_SlowerThanBothEnds_BlamesTheCable() => AssertOne("although both ends can do 1000: try another cable", Of(s_good, s_card with { SpeedMbit = 100 }, new LinkModes(2500, 1000)));

    [Fact]
    public void Link_OfOneHundred_BlamesTheOtherEndWhereThatIsIt() => AssertOne("at the other end", Of(s_good, s_card with { SpeedMbit = 100 }, new LinkModes(2500, 100)));

    [Fact]
    public void Link_HalfDuplex_SaysSo() => AssertOne("half duplex", Of(s_good, s_card with { Duplex = "half" }, s_modes));

    [Fact]
    public void Link_OnUsb2_WantsABetterPort() => AssertOne("its USB port carries 480 Mbit/s", Of(s_good, s_card with { UsbMbit = 480 }, s_modes));

    [Fact]
    public void Link_MtuBelowThatOfPayloads_SaysBoth() => AssertOne("at most 1400 bytes, and Link:Mtu tells desktops to send 1500", Of(s_good with { Mtu = 1400 }, s_card, s_modes));

    private static IEnumerable<string> Of(NetworkLink link, LinkHardware card, LinkModes modes) => LinkFindings.Of(link, card, modes, hasAddress: true, 1500);

    private static void AssertOne(string words, IEnumerable<string> findings) => Assert.Contains(words, Assert.Single(findings), StringComparison.Ordinal);
}
