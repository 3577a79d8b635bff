using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.Network;
using Stiefel.Protocol;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Client.Search;

/// <summary>
/// One UDP socket for all interfaces. It sends questions by IPv6 to ff02::1 of an interface, or by IPv4 to 255.255.255.255 on it. Failing to send is not
/// an error: an address may still be in duplicate address detection, or the interface may be gone.
/// </summary>
internal sealed class FindSocket : IDisposable
{
    private static readonly IPAddress s_allNodes = IPAddress.Parse("ff02::1");

    private readonly Socket _socket;
    private readonly Lock _sending = new();
    private readonly AddressFamily _family;
    private readonly int _port;

    private FindSocket(AddressFamily family, int port)
    {
        _family = family;
        _port = port;
        _socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        if (family == AddressFamily.InterNetwork)
        {
            _socket.EnableBroadcast = true;
        }

        // Have each datagram tell by which interface it came, and to which of our addresses it was sent.
        _socket.SetSocketOption(
            family == AddressFamily.InterNetwork ? SocketOptionLevel.IP : SocketOptionLevel.IPv6, SocketOptionName.PacketInformation, true);

        _socket.Bind(new IPEndPoint(AnyAddress, 0));
    }

    private IPAddress AnyAddress => _family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;

    /// <summary>Opens a socket for each protocol that this kernel has (some run with `ipv6.disable=1`), IPv6 first.</summary>
    public static FindSocket[] OpenAll(int port = WellKnownPorts.Discovery)
    {
        var sockets = new List<FindSocket>();
        if (Socket.OSSupportsIPv6)
        {
            sockets.Add(new FindSocket(AddressFamily.InterNetworkV6, port));
        }

        if (Socket.OSSupportsIPv4)
        {
            sockets.Add(new FindSocket(AddressFamily.InterNetwork, port));
        }

        return [.. sockets];
    }

    /// <summary>Sends the question on one interface.</summary>
    /// <param name="link">The interface, which is up and has a carrier.</param>
    /// <param name="round">The number of times it was asked before. IPv4 starts one round later, so that IPv6 is preferred where both work.</param>
    /// <param name="find">The question's datagram.</param>
    public void Ask(NetworkLink link, int round, byte[] find)
    {
        if (_family == AddressFamily.InterNetworkV6)
        {
            Send(find, new IPEndPoint(new IPAddress(s_allNodes.GetAddressBytes(), link.Index), _port), link.Index);
        }
        else if (round > 0 && RouteNetlink.ListAddresses(link.Index).Any(own => own.Address.AddressFamily == _family))
        {
            Send(find, new IPEndPoint(IPAddress.Broadcast, _port), link.Index);
        }
    }

    /// <summary>Sends a datagram to the sender of another one, on the interface it came by.</summary>
    public void Answer(IPEndPoint sender, int linkIndex, byte[] datagram) => Send(datagram, sender, linkIndex);

    /// <summary>Receives the next datagram, which may come from anyone, with the interface it came by and the address of ours it was sent to.</summary>
    /// <param name="buffer">Holds more than <see cref="DiscoveryDatagram.Size"/> bytes, so that a longer datagram is not cut and mistaken for one of ours.</param>
    /// <param name="token">Cancels the wait.</param>
    public async Task<(int Length, IPEndPoint Sender, int LinkIndex, IPAddress Own)> ReceiveAsync(byte[] buffer, CancellationToken token)
    {
        while (true)
        {
            try
            {
                var received = await _socket.ReceiveMessageFromAsync(buffer, SocketFlags.None, new IPEndPoint(AnyAddress, 0), token);
                var sender = (IPEndPoint)received.RemoteEndPoint;
                var link = _family == AddressFamily.InterNetworkV6 ? (int)sender.Address.ScopeId : received.PacketInformation.Interface;
                return (received.ReceivedBytes, sender, link, received.PacketInformation.Address);
            }
            catch (SocketException)
            {
                // Ignore ICMP errors for an earlier question (port unreachable), and datagrams longer than the buffer.
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Send(byte[] datagram, IPEndPoint to, int linkIndex)
    {
        try
        {
            // The search may send a question at the same time as this answer.
            lock (_sending)
            {
                // An IPv6 address has the interface as its zone.
                if (_family == AddressFamily.InterNetwork)
                {
                    SocketLink.SendBy(_socket, linkIndex);
                }

                _socket.SendTo(datagram, to);
            }
        }
        catch (SocketException)
        {
        }
    }
}
