using System.Net;
using System.Net.Sockets;

namespace Stiefel.Linux.Network;

/// <summary>
/// A UDP socket that tells on which interface a datagram arrived, and answers on the same one: two cables may have the same
/// addresses. Multicast to all nodes (ff02::1) needs no joining, because every interface belongs to that group while it is up.
/// </summary>
public sealed class LinkDatagramSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly IPEndPoint _any;

    /// <param name="family">IPv6 receives multicast, IPv4 receives broadcast; each socket handles only its own family.</param>
    /// <param name="port">The UDP port.</param>
    /// <param name="setting">The setting that chose the port, for the error message.</param>
    /// <exception cref="IOException">The port is in use.</exception>
    public LinkDatagramSocket(AddressFamily family, int port, string setting)
    {
        var isIPv6 = family == AddressFamily.InterNetworkV6;
        _any = new IPEndPoint(isIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port);
        _socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (isIPv6)
            {
                _socket.DualMode = false;
            }

            _socket.SetSocketOption(isIPv6 ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP, SocketOptionName.PacketInformation, true);
            _socket.Bind(_any);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new IOException($"cannot listen at UDP port {port} ({setting}): {e.Message}", e);
        }
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>The address family, for people.</summary>
    public string Family => _socket.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";

    /// <summary>Waits for a datagram. One that is longer than the buffer is cut to its length.</summary>
    public async ValueTask<ReceivedDatagram> ReceiveAsync(Memory<byte> buffer, CancellationToken token)
    {
        var received = await _socket.ReceiveMessageFromAsync(buffer, SocketFlags.None, _any, token);
        return new ReceivedDatagram(received.ReceivedBytes, (IPEndPoint)received.RemoteEndPoint, received.PacketInformation.Interface, received.PacketInformation.Address);
    }

    /// <summary>Answers on the interface on which the question arrived.</summary>
    /// <exception cref="SocketException">The interface is gone, or the peer cannot be reached.</exception>
    public void Answer(ReceivedDatagram question, ReadOnlySpan<byte> answer)
    {
        // Only one thread sends on this socket, so the option applies to the next datagram.
        SocketLink.SendBy(_socket, question.Interface);
        _socket.SendTo(answer, SocketFlags.None, question.Remote);
    }

    public void Dispose() => _socket.Dispose();
}
