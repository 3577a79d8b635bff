using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.Network;

namespace Stiefel.Cli.Wake;

/// <summary>The packet that switches a computer on if its network card listens while it is off: six bytes of ones, then the card's address sixteen times (AMD, Magic Packet Technology, 1995).</summary>
internal static class MagicPacket
{
    /// <summary>The Ethernet protocol number of Wake-on-LAN.</summary>
    public const ushort EtherType = 0x0842;

    /// <summary>The discard port, where nothing answers.</summary>
    public const int UdpPort = 9;

    private const int Repetitions = 16;
    private const int HeaderSize = 14;

    /// <summary>Builds the packet for a card.</summary>
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

    /// <summary>Sends the packet on one interface, as an Ethernet frame and in UDP, because some cards know only one of the two.</summary>
    /// <exception cref="SocketException">The interface is gone or down, or the process is not root.</exception>
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
