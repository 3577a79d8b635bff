using System.Buffers.Binary;
using System.Net;
using Stiefel.Linux.Network;

namespace Stiefel.Server.NetBoot;

/// <summary>
/// The part of DHCP on the wire (RFC 2131, RFC 2132) that is needed to find servers: writes the DHCPDISCOVER that every server answers, and reads
/// which server sent a frame.
/// </summary>
internal static class DhcpFrame
{
    /// <summary>The protocol number of IPv4 in an Ethernet frame.</summary>
    public const ushort EtherType = 0x0800;

    /// <summary>The bytes read of a frame: any answer ends its options before.</summary>
    public const int MostBytes = 1514;

    private const int EthernetSize = 14, IpSize = 20, UdpSize = 8, BootpSize = 236;
    private const int UdpAt = EthernetSize + IpSize;
    private const int BootpAt = UdpAt + UdpSize;
    private const int CookieAt = BootpAt + BootpSize;
    private const int OptionsAt = CookieAt + 4;

    // Older relays drop BOOTP messages of less than 300 bytes.
    private const int LeastBootp = 300;

    private const uint Cookie = 0x63825363;
    private const ushort ServerPort = 67, ClientPort = 68;
    private const byte ProtocolUdp = 17, Request = 1, Reply = 2;
    private const byte OptionPad = 0, OptionType = 53, OptionServer = 54, OptionParameters = 55, OptionVendor = 60, OptionEnd = 255;
    private const byte Discover = 1, Offer = 2, Acknowledge = 5, Refuse = 6;
    private const ushort AnswerByBroadcast = 0x8000;

    /// <summary>The socket filter for the kernel: lets through only UDP frames to the port of DHCP clients.</summary>
    public static readonly FilterInstruction[] Filter =
    [
        new(0x30, 0, 0, EthernetSize + 9), // A = the protocol
        new(0x15, 0, 6, ProtocolUdp),
        new(0x28, 0, 0, EthernetSize + 6), // A = flags and fragment offset
        new(0x45, 4, 0, 0x1fff),
        new(0xb1, 0, 0, EthernetSize), // X = length of the IP header
        new(0x48, 0, 0, EthernetSize + 2), // A = destination port
        new(0x15, 0, 1, ClientPort),
        new(0x06, 0, 0, MostBytes),
        new(0x06, 0, 0, 0),
    ];

    /// <summary>Builds the broadcast that asks all servers for an address; no offer is ever accepted.</summary>
    /// <param name="from">The sending card's address.</param>
    /// <param name="asked">The card address to ask for; one that no card has.</param>
    /// <param name="transaction">The transaction id, a random number.</param>
    public static byte[] BuildDiscover(MacAddress from, ReadOnlySpan<byte> asked, uint transaction)
    {
        var frame = new byte[BootpAt + LeastBootp];
        var bytes = frame.AsSpan();
        bytes[..6].Fill(0xff);
        from.ToBytes().CopyTo(bytes[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[12..], EtherType);

        var bootp = bytes[BootpAt..];
        bootp[0] = Request;
        bootp[1] = 1; // Ethernet
        bootp[2] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(bootp[4..], transaction);
        BinaryPrimitives.WriteUInt16BigEndian(bootp[10..], AnswerByBroadcast);
        asked[..6].CopyTo(bootp[28..]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[CookieAt..], Cookie);
        ReadOnlySpan<byte> options = [OptionType, 1, Discover, OptionVendor, 7, .. "stiefel"u8, OptionParameters, 2, 1, 3, OptionEnd];
        options.CopyTo(bytes[OptionsAt..]);

        WriteIp(bytes[EthernetSize..UdpAt], (ushort)(frame.Length - EthernetSize));
        var udp = bytes[UdpAt..];
        BinaryPrimitives.WriteUInt16BigEndian(udp, ClientPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], ServerPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        return frame; // no UDP checksum: it is optional in IPv4
    }

    /// <summary>True if a DHCP server sent this frame, whichever client it is for.</summary>
    /// <param name="frame">An Ethernet frame from the network, not trusted.</param>
    /// <param name="server">The server's address from its options; the sender's address if they contain none.</param>
    public static bool TryReadServer(ReadOnlySpan<byte> frame, out IPAddress server)
    {
        server = IPAddress.None;
        if (frame.Length < OptionsAt || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != EtherType || frame[EthernetSize] >> 4 != 4)
        {
            return false;
        }

        var more = ((frame[EthernetSize] & 15) * 4) - IpSize; // bytes of IP options, usually none
        if (more < 0 || frame.Length < OptionsAt + more || frame[EthernetSize + 9] != ProtocolUdp)
        {
            return false;
        }

        var rest = frame[more..];
        if (BinaryPrimitives.ReadUInt16BigEndian(rest[(UdpAt + 2)..]) != ClientPort || rest[BootpAt] != Reply || BinaryPrimitives.ReadUInt32BigEndian(rest[CookieAt..]) != Cookie)
        {
            return false;
        }

        server = new IPAddress(frame.Slice(EthernetSize + 12, 4));
        return IsServers(rest[OptionsAt..], ref server);
    }

    private static bool IsServers(ReadOnlySpan<byte> options, ref IPAddress server)
    {
        var isServers = false;
        while (options.Length > 0 && options[0] != OptionEnd)
        {
            if (options[0] == OptionPad)
            {
                options = options[1..];
                continue;
            }

            if (options.Length < 2 || options.Length < 2 + options[1])
            {
                break;
            }

            var value = options.Slice(2, options[1]);
            switch (options[0])
            {
                case OptionType when value.Length == 1: isServers = value[0] is Offer or Acknowledge or Refuse; break;
                case OptionServer when value.Length == 4: server = new IPAddress(value); break;
                default: break;
            }

            options = options[(2 + value.Length)..];
        }

        return isServers;
    }

    private static void WriteIp(Span<byte> header, ushort length)
    {
        header[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], length);
        header[8] = 64;
        header[9] = ProtocolUdp;
        header[16..20].Fill(0xff); // from 0.0.0.0 to 255.255.255.255
        uint sum = 0;
        for (var at = 0; at < header.Length; at += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[at..]);
        }

        sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], (ushort)~(sum + (sum >> 16)));
    }
}
