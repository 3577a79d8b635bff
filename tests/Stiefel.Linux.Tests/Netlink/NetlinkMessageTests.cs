using CsCheck;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;
using Xunit;

namespace Stiefel.Linux.Tests.Netlink;

/// <summary>Golden bytes as `strace ip link set dev 2 …` shows them on a little-endian machine.</summary>
public sealed class NetlinkMessageTests
{
    [Fact]
    public void Request_RenameOfALink_IsTheBytesOfIproute2()
    {
        var request = new NetlinkRequest("rename", LinuxRtnetlink.RTM_NEWLINK)
            .Header(new LinuxRtnetlink.ifinfomsg { ifi_index = 2 })
            .Attribute(LinuxRtnetlink.IFLA_IFNAME, "cable");

        Assert.Equal(
            "2c000000" + "1000" + "0500" + "07000000" + "00000000" // nlmsghdr: length, type, flags REQUEST|ACK, sequence, port
            + "00000000" + "02000000" + "00000000" + "00000000" // ifinfomsg: family and type, index, flags, change
            + "0a00" + "0300" + "6361626c6500" + "0000", // nlattr: length without padding, type, "cable\0", padding to 4
            Convert.ToHexStringLower(request.ToBytes(7)));
    }

    [Fact]
    public void Request_NestedAttribute_CarriesTheNestedFlagAndAlignedMembers()
    {
        var request = new NetlinkRequest("sockets", 0x1c)
            .Header(new LinuxNetlink.genlmsghdr { cmd = 1, version = 1 })
            .Nested(7, sockets => sockets.Nested(1, item => item.Attribute(1, 5u)));

        Assert.Equal(
            "24000000" + "1c00" + "0500" + "01000000" + "00000000"
            + "01010000"
            + "1000" + "0780" + "0c00" + "0180" + "0800" + "0100" + "05000000",
            Convert.ToHexStringLower(request.ToBytes(1)));
    }

    [Fact]
    public void Split_TwoMessagesAndAnUnalignedTail_ReadsBoth()
    {
        var first = new NetlinkRequest("a", 16).Attribute(3, "eth0").ToBytes(1);
        var second = new NetlinkRequest("b", 17).Attribute(4, 1500u).ToBytes(2);

        var messages = NetlinkMessage.Split(first.Concat(second).Concat(new byte[] { 1, 2, 3 }).ToArray());

        Assert.Equal([((ushort)16, 1u), ((ushort)17, 2u)], messages.Select(message => (message.Type, message.Sequence)));
        var attribute = new NetlinkAttributes(messages[0].Payload.Span);
        Assert.True(attribute.MoveNext());
        Assert.Equal("eth0", attribute.Current.Text);
    }

    [Theory]
    [InlineData(15)] // shorter than its own header
    [InlineData(0)]
    [InlineData(17)] // longer than the datagram
    public void Split_LengthThatLies_EndsThere(uint length)
    {
        var datagram = new byte[16];
        BitConverter.TryWriteBytes(datagram, length);

        Assert.Empty(NetlinkMessage.Split(datagram));
    }

    [Fact]
    public void SplitAndAttributes_AnyBytes_NeverReadOutside() =>
        Gen.Byte.Array[0, 300].Sample(datagram =>
        {
            foreach (var message in NetlinkMessage.Split(datagram))
            {
                foreach (var attribute in new NetlinkAttributes(message.Payload.Span))
                {
                    _ = (attribute.Text, attribute.Byte, attribute.UInt16, attribute.UInt32, attribute.UInt64);
                    foreach (var inner in attribute.Nested)
                    {
                        _ = inner.Text;
                    }
                }
            }
        });
}
