using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Stiefel.Linux.Network;

namespace Stiefel.Linux.Dhcp;

/// <summary>
/// A DHCP message as a whole Ethernet frame (RFC 2131, RFC 2132): written as clients do, and read as servers send it. Frames from the network are not trusted.
/// </summary>
public static class DhcpFrame
{
    /// <summary>The protocol number of IPv4 in an Ethernet frame.</summary>
    public const ushort EtherType = 0x0800;

    /// <summary>The bytes read of a frame: any answer ends its options before.</summary>
    public const int MostBytes = 1514;

    internal const byte Discover = 1, Offer = 2, Request = 3, Decline = 4, Acknowledge = 5, Refuse = 6;

    internal const byte OptionMask = 1, OptionRouter = 3, OptionAddress = 50, OptionLease = 51, OptionOverload = 52, OptionType = 53, OptionServer = 54;
    internal const byte OptionParameters = 55, OptionRenewal = 58, OptionRebinding = 59, OptionVendor = 60, OptionPad = 0, OptionEnd = 255;

    // RFC 4578, for those who ask what to boot.
    internal const byte OptionServerName = 66, OptionBootFile = 67, OptionFirmware = 93, OptionNetworkDriver = 94, OptionMachine = 97;

    private const int EthernetSize = 14, IpSize = 20, UdpSize = 8, BootpSize = 236;
    private const int UdpAt = EthernetSize + IpSize;
    private const int BootpAt = UdpAt + UdpSize;
    private const int OptionsAt = BootpAt + BootpSize + sizeof(uint);

    // Older relays drop BOOTP messages of less than 300 bytes.
    private const int LeastBootp = 300;

    private const uint Cookie = 0x63825363;
    private const ushort ServerPort = 67, ClientPort = 68;
    private const byte ProtocolUdp = 17, BootRequest = 1, BootReply = 2;
    private const ushort AnswerByBroadcast = 0x8000;
    private const ushort FragmentMask = 0x3fff; // more fragments, and the offset

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

    /// <summary>Builds the broadcast that asks all servers for an address.</summary>
    /// <param name="from">The sending card's address.</param>
    /// <param name="asked">The card address to ask for: the same, or one that no card has if no offer will be accepted.</param>
    /// <param name="transaction">The transaction id, a random number.</param>
    /// <param name="firmware">To ask what to boot, too: the kind of firmware (RFC 4578); null for no such question.</param>
    public static byte[] BuildDiscover(MacAddress from, ReadOnlySpan<byte> asked, uint transaction, ushort? firmware = null) =>
        Build(new DhcpQuestion(from, transaction, Discover) { Firmware = firmware }, asked);

    internal static byte[] Build(DhcpQuestion question, ReadOnlySpan<byte> asked)
    {
        byte[] options =
        [
            OptionType, 1, question.Type,
            .. question.Wanted is { } wanted ? [OptionAddress, 4, .. wanted.GetAddressBytes()] : Array.Empty<byte>(),
            .. question.Server is { } server ? [OptionServer, 4, .. server.GetAddressBytes()] : Array.Empty<byte>(),
            .. question.Firmware is { } firmware ? OfFirmware(firmware, asked) : [OptionVendor, 7, .. "stiefel"u8, OptionParameters, 2, OptionMask, OptionRouter],
            OptionEnd,
        ];
        var frame = new byte[Math.Max(BootpAt + LeastBootp, OptionsAt + options.Length)];
        var bytes = frame.AsSpan();
        bytes[..MacAddress.Size].Fill(0xff);
        question.ServersCard?.ToBytes().CopyTo(bytes);
        question.From.ToBytes().CopyTo(bytes[MacAddress.Size..]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[12..], EtherType);

        var bootp = bytes[BootpAt..];
        bootp[0] = BootRequest;
        bootp[1] = 1; // Ethernet
        bootp[2] = MacAddress.Size;
        BinaryPrimitives.WriteUInt32BigEndian(bootp[4..], question.Transaction);
        BinaryPrimitives.WriteUInt16BigEndian(bootp[10..], AnswerByBroadcast);
        question.Own?.GetAddressBytes().CopyTo(bootp[12..]);
        asked[..MacAddress.Size].CopyTo(bootp[28..]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[(OptionsAt - sizeof(uint))..], Cookie);
        options.CopyTo(bytes[OptionsAt..]);

        WriteIp(bytes[EthernetSize..UdpAt], (ushort)(frame.Length - EthernetSize), question.Own, question.To);
        var udp = bytes[UdpAt..];
        BinaryPrimitives.WriteUInt16BigEndian(udp, ClientPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[2..], ServerPort);
        BinaryPrimitives.WriteUInt16BigEndian(udp[4..], (ushort)udp.Length);
        return frame; // no UDP checksum: it is optional in IPv4
    }

    /// <summary>True if a DHCP server sent this frame, whichever client it is for.</summary>
    /// <param name="frame">An Ethernet frame from the network, not trusted.</param>
    /// <param name="server">The server's address from its options; the sender's address if they contain none.</param>
    /// <param name="saysWhatToBoot">True if it names a file to boot, or speaks as a server for firmware's network boot.</param>
    public static bool TryReadServer(ReadOnlySpan<byte> frame, out IPAddress server, out bool saysWhatToBoot)
    {
        (server, saysWhatToBoot) = (IPAddress.None, false);
        if (!TryReadBootp(frame, out var bootp))
        {
            return false;
        }

        var options = new DhcpOptions(bootp);
        server = options.Address(OptionServer) ?? new IPAddress(frame.Slice(EthernetSize + 12, 4));
        saysWhatToBoot = options.NamesBootFile || options.IsOfVendor("PXEClient"u8) || options.IsOfVendor("HTTPClient"u8);
        return options.Byte(OptionType) is Offer or Acknowledge or Refuse;
    }

    /// <summary>Reads a server's answer to a client's question; false if the frame is anything else.</summary>
    /// <param name="frame">An Ethernet frame from the network, not trusted.</param>
    /// <param name="card">The client's card.</param>
    /// <param name="transaction">The question's transaction id.</param>
    /// <param name="answer">What the server says. Nothing in it has been judged.</param>
    internal static bool TryReadAnswer(ReadOnlySpan<byte> frame, MacAddress card, uint transaction, out DhcpAnswer answer)
    {
        answer = default;
        if (!TryReadBootp(frame, out var bootp) || bootp[1] != 1 || bootp[2] != MacAddress.Size || BinaryPrimitives.ReadUInt32BigEndian(bootp[4..]) != transaction
            || !bootp.Slice(28, MacAddress.Size).SequenceEqual(card.ToBytes()))
        {
            return false;
        }

        var options = new DhcpOptions(bootp);
        if (options.IsDamaged || options.Byte(OptionType) is not (Offer or Acknowledge or Refuse))
        {
            return false;
        }

        answer = new DhcpAnswer(options.Byte(OptionType)!.Value, new IPAddress(bootp.Slice(16, 4)), options.Address(OptionServer), MacAddress.FromBytes(frame.Slice(MacAddress.Size, MacAddress.Size)))
        {
            Mask = options.Number(OptionMask),
            Router = options.FirstAddress(OptionRouter),
            Lease = options.Number(OptionLease),
            Renewal = options.Number(OptionRenewal),
            Rebinding = options.Number(OptionRebinding),
        };
        return true;
    }

    /// <summary>The BOOTP message of a server's frame: 240 bytes or more, with the cookie of DHCP.</summary>
    private static bool TryReadBootp(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> bootp)
    {
        bootp = default;
        if (frame.Length < OptionsAt || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != EtherType || frame[EthernetSize] >> 4 != 4)
        {
            return false;
        }

        var more = ((frame[EthernetSize] & 15) * 4) - IpSize; // bytes of IP options, usually none
        if (more < 0 || frame.Length < OptionsAt + more || frame[EthernetSize + 9] != ProtocolUdp
            || (BinaryPrimitives.ReadUInt16BigEndian(frame[(EthernetSize + 6)..]) & FragmentMask) != 0)
        {
            return false;
        }

        // A short frame is padded, so the length that UDP says counts. Checksums are left to the card, which may not have filled them in yet.
        var udp = frame[(UdpAt + more)..];
        var length = BinaryPrimitives.ReadUInt16BigEndian(udp[4..]);
        if (BinaryPrimitives.ReadUInt16BigEndian(udp[2..]) != ClientPort || length > udp.Length || length < OptionsAt - UdpAt)
        {
            return false;
        }

        bootp = udp[UdpSize..length];
        return bootp[0] == BootReply && BinaryPrimitives.ReadUInt32BigEndian(bootp[BootpSize..]) == Cookie;
    }

    // What a server needs to see before it says what to boot (RFC 4578): vendor class, firmware, network driver (UNDI 3.0), and a number for the machine.
    private static byte[] OfFirmware(ushort firmware, ReadOnlySpan<byte> card)
    {
        var vendor = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"PXEClient:Arch:{firmware:00000}:UNDI:003000"));
        return
        [
            OptionVendor, (byte)vendor.Length, .. vendor,
            OptionParameters, 4, OptionMask, OptionRouter, OptionServerName, OptionBootFile,
            OptionFirmware, 2, (byte)(firmware >> 8), (byte)firmware,
            OptionNetworkDriver, 3, 1, 3, 0,
            OptionMachine, 17, 0, .. new byte[10], .. card[..MacAddress.Size],
        ];
    }

    private static void WriteIp(Span<byte> header, ushort length, IPAddress? from, IPAddress? to)
    {
        header[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], length);
        header[8] = 64;
        header[9] = ProtocolUdp;
        (from ?? IPAddress.Any).GetAddressBytes().CopyTo(header[12..]);
        (to ?? IPAddress.Broadcast).GetAddressBytes().CopyTo(header[16..]);
        uint sum = 0;
        for (var at = 0; at < header.Length; at += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[at..]);
        }

        sum = (sum & 0xffff) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], (ushort)~(sum + (sum >> 16)));
    }
}
