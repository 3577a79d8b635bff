using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Stiefel.Linux.Network;

/// <summary>
/// Asks one IPv6 host for echoes of packets of given sizes (RFC 4443 §4), which this end never fragments. The other end's kernel answers. Not thread-safe.
/// It is one of the kernel's ping sockets, which takes no capability, only a group that <see cref="Allow"/> names.
/// </summary>
public sealed class EchoSocket : IDisposable
{
    // RFC 4443 §4.1 and §4.2: type, code, checksum, identifier, sequence number, 16 bits each but the first two. The kernel fills in checksum and identifier.
    private const byte Request = 128;
    private const byte Reply = 129;
    private const int NumberOffset = 6;
    private const int EchoHeader = 8;
    private const int IpHeader = 40;

    // linux/in6.h
    private const int ProtocolIpv6 = 41;
    private const int MtuDiscover = 23;
    private const int PmtuDiscProbe = 3;
    private const int DontFragment = 62;

    private const string Groups = "/proc/sys/net/ipv4/ping_group_range";
    private const string RootOnly = "0 0";

    private readonly Socket _socket;
    private readonly byte[] _out;
    private readonly byte[] _in;

    /// <param name="index">The interface's number.</param>
    /// <param name="peer">The host's address.</param>
    /// <param name="largest">Size of the largest packet, in bytes, with its IPv6 header.</param>
    /// <exception cref="SocketException">The interface is gone, or this process may not open such a socket.</exception>
    public EchoSocket(int index, IPAddress peer, int largest)
    {
        (_out, _in) = (new byte[largest - IpHeader], new byte[largest - IpHeader + 1]);
        _socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.IcmpV6);
        try
        {
            // The interface's MTU counts, not that of a route (ip6_setup_cork): so a limit of PacketLimit's does not apply.
            _socket.SetRawSocketOption(ProtocolIpv6, MtuDiscover, BitConverter.GetBytes(PmtuDiscProbe));
            _socket.SetRawSocketOption(ProtocolIpv6, DontFragment, BitConverter.GetBytes(1));
            _socket.Connect(new IPEndPoint(new IPAddress(peer.GetAddressBytes(), index), 0));
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Lets root's group open such sockets in the network namespace of this thread, if no group may: the kernel's setting for a new one
    /// (man 7 icmp, ping_group_range). Needs /proc.
    /// </summary>
    /// <returns>False if the setting cannot be made.</returns>
    public static bool Allow()
    {
        try
        {
            var range = File.ReadAllText(Groups).Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
            if (range is [var first, var last] && long.TryParse(first, out var from) && long.TryParse(last, out var to) && from > to)
            {
                File.WriteAllText(Groups, RootOnly);
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Sends a request.</summary>
    /// <param name="number">The number that its echo has.</param>
    /// <param name="size">Size of the packet in bytes, with its IPv6 header; more than 48.</param>
    /// <exception cref="SocketException">The interface is gone or down, its MTU is too small, or its queue is full.</exception>
    public void Send(ushort number, int size)
    {
        var packet = _out.AsSpan(0, size - IpHeader);
        packet[0] = Request;
        BinaryPrimitives.WriteUInt16BigEndian(packet[NumberOffset..], number);
        _socket.Send(packet);
    }

    /// <summary>Waits for an echo; null if none came in time.</summary>
    /// <exception cref="SocketException">The interface is gone.</exception>
    public Echo? Receive(TimeSpan limit)
    {
        for (var end = Environment.TickCount64 + (long)limit.TotalMilliseconds; ;)
        {
            var left = Math.Max(0, end - Environment.TickCount64);
            if (!_socket.Poll(TimeSpan.FromMilliseconds(left), SelectMode.SelectRead))
            {
                return null;
            }

            var packet = _in.AsSpan(0, _socket.Receive(_in));
            if (packet.Length >= EchoHeader && packet[0] == Reply)
            {
                return new Echo(BinaryPrimitives.ReadUInt16BigEndian(packet[NumberOffset..]), packet.Length + IpHeader);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}

/// <summary>An answer to a request.</summary>
/// <param name="Number">The request's number.</param>
/// <param name="Size">Size of the packet in bytes, with its IPv6 header.</param>
public readonly record struct Echo(ushort Number, int Size);
