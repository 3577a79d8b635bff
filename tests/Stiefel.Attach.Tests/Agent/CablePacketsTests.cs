using System.Collections.Concurrent;
using Stiefel.Attach.Agent;
using Stiefel.Linux.Network;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>The agent's decision about the size of packets. The cable itself stands for the tunnel: to the watch it makes no difference what carries its packets.</summary>
[Collection("network namespace")]
public sealed class CablePacketsTests
{
    private const int Inside = 8920;

    private readonly ConcurrentQueue<string> _said = new();

    [Theory]
    [InlineData(1500, 9000, 9000, 8920, false)]
    [InlineData(1500, 9000, 9194, 8920, false)]
    [InlineData(1500, 9000, 4088, 4008, true)]
    [InlineData(1500, 9000, 1500, 1420, true)]
    [InlineData(1500, 9000, 1400, 1420, true)]
    [InlineData(1500, 1500, 1500, 1420, false)]
    [InlineData(1500, 1500, 9000, 1420, false)]
    [InlineData(1500, 1500, 0, 1420, false)]
    [InlineData(1400, 1400, 1500, 1320, false)]
    public void MtuInside_OfACard_IsWhatItCarriesUpToWhatWasAgreed(int usual, int largest, int card, int inside, bool isTold)
    {
        var packets = new CablePackets(usual, largest, _said.Enqueue);

        Assert.Equal(inside, packets.MtuInside(card));
        Assert.Equal(inside, packets.MtuInside(card));

        Assert.Equal(isTold ? [$"the cable's card carries packets of {card} bytes at most under this system, so larger ones are not tried"] : [], _said);
    }

    [Theory]
    [InlineData(Inside, "the cable carries packets of 9000 bytes: they are used")]
    [InlineData(1500, "the cable does not carry packets of 9000 bytes: the disk uses those of 1500")]
    public void Watch_LaptopsCard_DecidesWhatIsUsedBeforeTheFirstConnection(int laptopsMtu, string line)
    {
        using var cable = new Cable();
        Ip($"-n {cable.Laptop} link set laptop0 mtu {laptopsMtu}");
        Ip($"link set desktop0 mtu {Inside} up");
        var index = RouteNetlink.ListLinks().Single(link => link.Name == "desktop0").Index;
        Assert.True(SpinWait.SpinUntil(() => RouteNetlink.ListAddresses(index).Any(own => own.IsUsable), TimeLimit.Seconds(20)));
        Assert.True(EchoSocket.Allow());
        var packets = new CablePackets(1500, 9000, _said.Enqueue);

        packets.Watch(index, Inside);
        packets.WaitForDecision();
        packets.Watch(index, Inside);

        Assert.Equal([line], _said);
        Assert.Equal(laptopsMtu == 1500, Ip("-6 route show dev desktop0").Contains("fe80::1 proto static metric 64 mtu 1420", StringComparison.Ordinal));
        packets.Watch(index, 1420); // ends the watch
    }

    /// <summary>A laptop or session of before large packets.</summary>
    [Fact]
    public void Watch_NothingLargerWasAgreed_ChangesNothing()
    {
        using var cable = new Cable();
        Ip("link set desktop0 up");
        var index = RouteNetlink.ListLinks().Single(link => link.Name == "desktop0").Index;
        var packets = new CablePackets(1500, 1500, _said.Enqueue);

        packets.Watch(index, packets.MtuInside(1500));
        packets.WaitForDecision();

        Assert.Empty(_said);
        Assert.DoesNotContain("mtu", Ip("-6 route show dev desktop0"), StringComparison.Ordinal);
    }
}
