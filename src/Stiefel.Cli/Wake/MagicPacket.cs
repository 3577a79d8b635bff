using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.Network;

namespace Stiefel.Cli.Wake;

/// <summary>What switches a computer on whose network card listens while it is off: its address sixteen times, behind six bytes of ones (AMD, Magic Packet Technology, 1995).</summary>
internal static class MagicPacket
{
    /// <summary>The Ethernet protocol that carries nothing else.</summary>
    public const ushort EtherType = 0x0842;

    /// <summary>The UDP port that nobody answers at.</summary>
    public const int UdpPort = 9;

    private const int Repetitions = 16;
    private const int HeaderSize = 14;

    /// <summary>The packet for a card.</summary>
    public static byte[] For(MacAddress card)
    {
        var packet = new byte[(Repetitions + 1) * MacAddress.Size];
        packet.AsSpan(0, MacAddress.Size).Fill(0xff);
        for (var i = 1; i <= Repetitions; i++)
        {
            card.ToBytes().CopyTo(packet, i * MacAddress.Size);
        }

        return packet;
    }

    /// <summary>Sends it on one interface, as a frame of its own and in UDP: some cards know only one of them.</summary>
    /// <exception cref="SocketException">The interface is gone or down, or this is not root.</exception>
    public static void Send(MacAddress card, NetworkLink link)
    {
        var packet = For(card);
        using var frames = new EthernetSocket(link.Index, EtherType);
        byte[] header = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, .. link.Mac.ToBytes(), EtherType >> 8, EtherType & 0xff];
        frames.Send([.. header.AsSpan(0, HeaderSize), .. packet]);

        if (Socket.OSSupportsIPv6)
        {
            using var datagrams = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            datagrams.SendTo(packet, new IPEndPoint(new IPAddress(IPAddress.Parse("ff02::1").GetAddressBytes(), link.Index), UdpPort));
        }
    }
}
