using System.Buffers.Binary;
using System.Net;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Tests.Fuzz;
using Stiefel.Server.NetBoot;

namespace Stiefel.Server.Tests.NetBoot;

public sealed class DhcpFrameTests
{
    private const int BootpAt = 42, OptionsAt = 282;
    private static readonly MacAddress s_card = MacAddress.FromBytes([0x52, 0x54, 0, 0x5e, 0, 1]);

    [Fact]
    public void Discover_AsStandardised_IsABroadcastFromNobodyAboutAnotherCard()
    {
        var frame = Convert.ToHexStringLower(DhcpFrame.BuildDiscover(s_card, [2, 1, 2, 3, 4, 5], 0x11223344));

        // Ethernet broadcast; IPv4 of 328 bytes, 0.0.0.0 to 255.255.255.255; UDP 68 to 67 (RFC 894, RFC 791, RFC 768).
        Assert.StartsWith("ffffffffffff" + "5254005e0001" + "0800" + "4500014800000000401179a600000000ffffffff" + "0044004301340000", frame, StringComparison.Ordinal);

        // RFC 2131: a request over Ethernet, its transaction id, the broadcast flag, and the MAC address that it asks for.
        Assert.StartsWith("01010600" + "11223344" + "00008000" + new string('0', 32) + "020102030405" + "0000", frame[(BootpAt * 2)..], StringComparison.Ordinal);

        // RFC 2132: the cookie; DHCPDISCOVER; vendor class `stiefel`; a request for mask and router; the end.
        Assert.StartsWith("63825363" + "350101" + "3c0773746965666" + "56c" + "37020103" + "ff", frame[((OptionsAt - 4) * 2)..], StringComparison.Ordinal);
        Assert.Equal((BootpAt + 300) * 2, frame.Length);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(5, true)]
    [InlineData(6, true)]
    [InlineData(1, false)]
    [InlineData(3, false)]
    public void Answer_OfAServerToAnybody_NamesTheServer(byte type, bool isServers)
    {
        Assert.Equal(isServers, DhcpFrame.TryReadServer(Answer([53, 1, type, 54, 4, 192, 168, 1, 1, 255]), out var server));
        Assert.True(!isServers || server.Equals(IPAddress.Parse("192.168.1.1")));
    }

    [Fact]
    public void Answer_WithoutAServersName_IsItsSenders()
    {
        Assert.True(DhcpFrame.TryReadServer(Answer([0, 0, 53, 1, 2]), out var server));
        Assert.Equal(IPAddress.Parse("10.9.8.7"), server);
    }

    [Fact]
    public void Answer_ThatIsNone_IsNotHeard()
    {
        byte[] offer = [53, 1, 2, 255];
        Assert.True(DhcpFrame.TryReadServer(Answer(offer), out _));
        Assert.False(DhcpFrame.TryReadServer(Answer([53, 9, 2]), out _));
        Assert.False(DhcpFrame.TryReadServer(Answer([]), out _));
        foreach (var (at, value) in new (int, byte)[] { (12, 0x86), (14, 0x65), (14, 0x44), (23, 6), (37, 67), (BootpAt, 1), (OptionsAt - 1, 0) })
        {
            var frame = Answer(offer);
            frame[at] = value;
            Assert.False(DhcpFrame.TryReadServer(frame, out _), $"byte {at}");
        }
    }

    [Fact]
    public void Frame_Damaged_IsAServersOrNot()
    {
        byte[] withIpOptions = [.. Answer([53, 1, 2, 54, 4, 1, 2, 3, 4, 255])];
        withIpOptions[14] = 0x46;
        HostileInput.Feed([Answer([53, 1, 2, 54, 4, 1, 2, 3, 4, 255]), withIpOptions, DhcpFrame.BuildDiscover(s_card, [2, 1, 2, 3, 4, 5], 7)], 50_000, 64 * 1024, input =>
        {
            if (DhcpFrame.TryReadServer(input, out var server))
            {
                Assert.Equal(4, server.GetAddressBytes().Length);
            }
        });
    }

    private static byte[] Answer(byte[] options)
    {
        var frame = new byte[OptionsAt + options.Length];
        frame[12] = 8;
        frame[14] = 0x45;
        frame[23] = 17;
        IPAddress.Parse("10.9.8.7").GetAddressBytes().CopyTo(frame, 26);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(36), 68);
        frame[BootpAt] = 2;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(OptionsAt - 4), 0x63825363);
        options.CopyTo(frame, OptionsAt);
        return frame;
    }
}
