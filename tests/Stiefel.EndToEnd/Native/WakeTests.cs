using System.Net;
using System.Net.Sockets;
using Stiefel.Cli.Wake;
using Stiefel.Linux.Network;

namespace Stiefel.EndToEnd.Native;

/// <summary>Tests that the magic packet arrives at the other end of the cable in both forms that cards understand, and on no other cable.</summary>
public sealed class WakeTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeLimit.Seconds(20);
    private static readonly MacAddress s_card = MacAddress.FromBytes([0x52, 0x54, 0, 0x12, 0x34, 0x56]);

    private readonly Namespaces _spaces = new();

    public void Dispose() => _spaces.Dispose();

    [Fact]
    public async Task Packet_Sent_ArrivesAsAFrameAndInUdpOnThatCableOnly()
    {
        var token = TestContext.Current.CancellationToken;
        using var frames = Namespaces.Within(_spaces.Desktop, () => new EthernetSocket(Far(), MagicPacket.EtherType));
        using var elsewhere = Namespaces.Within(_spaces.Router, () => new EthernetSocket(Far(), MagicPacket.EtherType));
        using var datagrams = Namespaces.Within(_spaces.Desktop, () =>
        {
            var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, MagicPacket.UdpPort));
            return socket;
        });
        Namespaces.Within(_spaces.Laptop, () =>
        {
            MagicPacket.Send(s_card, RouteNetlink.ListLinks().Single(link => link.Name == "cable0"));
            return "";
        });

        var buffer = new byte[1514];
        var length = await frames.ReceiveAsync(buffer, token).AsTask().WaitAsync(s_limit, token);
        Assert.Equal(MagicPacket.For(s_card), buffer[14..length]);
        length = await datagrams.ReceiveAsync(buffer, token).AsTask().WaitAsync(s_limit, token);
        Assert.Equal(MagicPacket.For(s_card), buffer[..length]);
        Assert.False(elsewhere.ReceiveAsync(new byte[1], token).AsTask().IsCompleted);
    }

    private static int Far() => RouteNetlink.ListLinks().Single(link => link.Name == "far").Index;
}
