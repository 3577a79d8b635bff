using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Stiefel.EndToEnd.Native;

/// <summary>A simulated DHCP client on the desktop's end of the cable: firmware, iPXE, or any computer.</summary>
/// <param name="vendor">The vendor class that it sends; null for none.</param>
/// <param name="architecture">The firmware's type (RFC 4578); null to send none.</param>
/// <param name="isIpxe">True for iPXE, which identifies itself by an option of its own.</param>
internal sealed class DhcpQuestion(string? vendor, ushort? architecture = null, bool isIpxe = false)
{
    private const int SOL_SOCKET = 1, SO_BINDTODEVICE = 25;
    private const int OptionsAt = 240;

    /// <summary>The address that an answer offers, and its options.</summary>
    internal sealed record Offer(IPAddress Address, IReadOnlyDictionary<byte, byte[]> Options)
    {
        /// <summary>The name of the file to boot.</summary>
        public string BootFile => Encoding.ASCII.GetString(Options[67]).TrimEnd('\0');
    }

    /// <summary>Asks once; null if no server answers in time.</summary>
    public Offer? Ask(string space, TimeSpan patience)
    {
        using var socket = Open(space, 68);
        socket.ReceiveTimeout = (int)patience.TotalMilliseconds;
        var question = Build(out var number);
        socket.SendTo(question, new IPEndPoint(IPAddress.Broadcast, 67));
        var buffer = new byte[1500];
        try
        {
            while (true)
            {
                var length = socket.Receive(buffer);
                if (length > OptionsAt && BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4)) == number)
                {
                    return new Offer(new IPAddress(buffer.AsSpan(16, 4)), Read(buffer.AsSpan(OptionsAt, length - OptionsAt)));
                }
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return null;
        }
    }

    /// <summary>Asks this many times as fast as it can, each time as another card, and ignores the answers.</summary>
    public void Flood(string space, int times)
    {
        using var socket = Open(space, 68);
        for (var i = 0; i < times; i++)
        {
            socket.SendTo(Build(out _), new IPEndPoint(IPAddress.Broadcast, 67));
        }
    }

    /// <summary>Sends the offer of another DHCP server to any client.</summary>
    public static void SendOffer(string space, IPAddress server)
    {
        using var socket = Open(space, 67);
        var answer = new DhcpQuestion(null).Build(out _);
        answer[0] = 2;
        byte[] options = [53, 1, 2, 54, 4, .. server.GetAddressBytes(), 255];
        options.CopyTo(answer, OptionsAt);
        socket.SendTo(answer, new IPEndPoint(IPAddress.Broadcast, 68));
    }

    private static Socket Open(string space, int port) => Namespaces.Within(space, () =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.SetRawSocketOption(SOL_SOCKET, SO_BINDTODEVICE, "far\0"u8);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        return socket;
    });

    private byte[] Build(out uint number)
    {
        var message = new byte[300 + OptionsAt];
        number = BinaryPrimitives.ReadUInt32BigEndian(RandomNumberGenerator.GetBytes(4));
        (message[0], message[1], message[2]) = (1, 1, 6);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), number);
        message[10] = 0x80; // answer by broadcast
        RandomNumberGenerator.Fill(message.AsSpan(28, 6));
        message[28] = 2;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(OptionsAt - 4), 0x63825363);
        byte[] options =
        [
            53, 1, 1, 55, 5, 1, 3, 6, 60, 67,
            .. vendor is null ? [] : (byte[])[60, (byte)vendor.Length, .. Encoding.ASCII.GetBytes(vendor)],
            .. architecture is { } arch ? [93, 2, (byte)(arch >> 8), (byte)arch] : Array.Empty<byte>(),
            .. isIpxe ? [175, 3, 1, 1, 1] : Array.Empty<byte>(),
            255,
        ];
        options.CopyTo(message, OptionsAt);
        return message;
    }

    private static Dictionary<byte, byte[]> Read(ReadOnlySpan<byte> options)
    {
        var read = new Dictionary<byte, byte[]>();
        while (options.Length > 2 && options[0] != 255)
        {
            var length = options[0] == 0 ? -1 : options[1];
            if (length >= 0)
            {
                read[options[0]] = options.Slice(2, length).ToArray();
            }

            options = options[(2 + length)..];
        }

        return read;
    }
}
