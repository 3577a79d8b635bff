using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Stiefel.Linux.Network;

/// <summary>Makes a socket use one interface, whatever the routes say: two cables may have the same addresses.</summary>
public static class SocketLink
{
    // Values of linux/in.h, linux/in6.h and asm-generic/socket.h.
    private const int IPPROTO_IP = 0;
    private const int IP_UNICAST_IF = 50;
    private const int IPPROTO_IPV6 = 41;
    private const int IPV6_UNICAST_IF = 76;
    private const int SOL_SOCKET = 1;
    private const int SO_BINDTODEVICE = 25;

    /// <summary>Makes everything that a datagram socket sends from now on leave by this interface, also to broadcast addresses (man 7 ip, IP_UNICAST_IF).</summary>
    /// <exception cref="SocketException">The interface is gone.</exception>
    public static void SendBy(Socket socket, int index)
    {
        // Both options are in network byte order.
        Span<byte> value = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(value, index);
        var isIPv6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        socket.SetRawSocketOption(isIPv6 ? IPPROTO_IPV6 : IPPROTO_IP, isIPv6 ? IPV6_UNICAST_IF : IP_UNICAST_IF, value);
    }

    /// <summary>Makes the socket send and receive by this interface only (man 7 socket, SO_BINDTODEVICE). Kernels before 5.7 demand CAP_NET_RAW.</summary>
    /// <exception cref="SocketException">The interface is gone, or the capability is missing.</exception>
    public static void BindTo(Socket socket, string name) => socket.SetRawSocketOption(SOL_SOCKET, SO_BINDTODEVICE, Encoding.ASCII.GetBytes(name));
}
