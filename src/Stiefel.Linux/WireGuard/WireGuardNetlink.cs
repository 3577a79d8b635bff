using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxWireGuard;

namespace Stiefel.Linux.WireGuard;

/// <summary>
/// Configures WireGuard interfaces by generic netlink (drivers/net/wireguard/netlink.c); <see cref="Network.RouteNetlink"/> makes and removes
/// them. Needs CAP_NET_ADMIN. No key is left in our buffers.
/// </summary>
public static class WireGuardNetlink
{
    /// <summary>The kind of these interfaces in rtnetlink.</summary>
    public const string Kind = "wireguard";

    private const string FamilyName = "wireguard";
    private const int EndpointSizeV4 = 16;
    private const int EndpointSizeV6 = 28;

    /// <summary>Sets the interface's keys, and replaces all its peers by this one; sessions with the former peers end.</summary>
    /// <exception cref="LinuxException">ENODEV: there is no such interface. EADDRINUSE: the port is in use.</exception>
    public static void Set(int index, WireGuardOptions options)
    {
        using var socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_GENERIC);
        socket.Request(SetRequest(FamilyOf(socket), index, options));
    }

    /// <summary>Sends to a peer at another address from now on; its session goes on.</summary>
    /// <param name="index">The number of the interface.</param>
    /// <param name="peerKey">The peer's public key. A peer that the interface does not know is not added.</param>
    /// <param name="endpoint">The peer's address, a link-local one with its zone.</param>
    /// <exception cref="LinuxException">ENODEV: there is no such interface.</exception>
    public static void SetEndpoint(int index, byte[] peerKey, IPEndPoint endpoint)
    {
        using var socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_GENERIC);
        socket.Request(EndpointRequest(FamilyOf(socket), index, peerKey, endpoint));
    }

    /// <summary>Reads the interface's public key and its peers.</summary>
    /// <exception cref="LinuxException">ENODEV: there is no such interface. EOPNOTSUPP: it is not a WireGuard interface.</exception>
    public static WireGuardState Get(int index)
    {
        using var socket = NetlinkSocket.Open(LinuxNetlink.NETLINK_GENERIC);
        var answer = socket.Request(GetRequest(FamilyOf(socket), index));
        try
        {
            return Read(answer);
        }
        finally
        {
            // The kernel's answer also contains the private key and the pre-shared keys.
            answer.ForEach(message => MemoryMarshal.AsMemory(message.Payload).Span.Clear());
        }
    }

    internal static NetlinkRequest SetRequest(GenericNetlinkFamily family, int index, WireGuardOptions options) =>
        family.Request($"wireguard SET_DEVICE of interface {index}", WG_CMD_SET_DEVICE, WG_GENL_VERSION)
            .Attribute(WGDEVICE_A_IFINDEX, (uint)index)
            .Attribute(WGDEVICE_A_FLAGS, WGDEVICE_F_REPLACE_PEERS)
            .Attribute(WGDEVICE_A_PRIVATE_KEY, Key(options.PrivateKey))
            .Attribute(WGDEVICE_A_LISTEN_PORT, checked((ushort)options.ListenPort))
            .Nested(WGDEVICE_A_PEERS, peers => peers.Nested(0, peer => AddPeer(peer, options)));

    internal static NetlinkRequest EndpointRequest(GenericNetlinkFamily family, int index, byte[] peerKey, IPEndPoint endpoint) =>
        family.Request($"wireguard SET_DEVICE of interface {index}", WG_CMD_SET_DEVICE, WG_GENL_VERSION)
            .Attribute(WGDEVICE_A_IFINDEX, (uint)index)
            .Nested(WGDEVICE_A_PEERS, peers => peers.Nested(0, peer => peer
                .Attribute(WGPEER_A_PUBLIC_KEY, Key(peerKey)).Attribute(WGPEER_A_FLAGS, WGPEER_F_UPDATE_ONLY).Attribute(WGPEER_A_ENDPOINT, SocketAddressOf(endpoint))));

    internal static NetlinkRequest GetRequest(GenericNetlinkFamily family, int index) =>
        family.Request($"wireguard GET_DEVICE of interface {index}", WG_CMD_GET_DEVICE, WG_GENL_VERSION, LinuxNetlink.NLM_F_DUMP)
            .Attribute(WGDEVICE_A_IFINDEX, (uint)index);

    internal static WireGuardState Read(IEnumerable<NetlinkMessage> answer)
    {
        var (key, port) = (new byte[WG_KEY_LEN], 0);
        List<WireGuardPeerState> peers = [];
        foreach (var message in answer)
        {
            if (!message.TryReadHeader<LinuxNetlink.genlmsghdr>(out _, out var attributes))
            {
                continue;
            }

            foreach (var attribute in attributes)
            {
                switch (attribute.Type)
                {
                    case WGDEVICE_A_PUBLIC_KEY when attribute.Value.Length == WG_KEY_LEN: key = attribute.Value.ToArray(); break;
                    case WGDEVICE_A_LISTEN_PORT: port = attribute.UInt16; break;
                    case WGDEVICE_A_PEERS: ReadPeers(attribute.Nested, peers); break;
                    default: break;
                }
            }
        }

        return new(key, port, peers);
    }

    private static void AddPeer(NetlinkRequest peer, WireGuardOptions options)
    {
        peer.Attribute(WGPEER_A_PUBLIC_KEY, Key(options.PeerKey))
            .Attribute(WGPEER_A_PRESHARED_KEY, Key(options.PresharedKey))
            .Attribute(WGPEER_A_FLAGS, WGPEER_F_REPLACE_ALLOWEDIPS);
        if (options.Endpoint is { } endpoint)
        {
            peer.Attribute(WGPEER_A_ENDPOINT, SocketAddressOf(endpoint));
        }

        peer.Attribute(WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, checked((ushort)options.KeepAliveSeconds))
            .Nested(WGPEER_A_ALLOWEDIPS, list => list.Nested(0, allowed => AddAllowed(allowed, options.PeerAddress)));
    }

    private static void AddAllowed(NetlinkRequest allowed, IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        allowed.Attribute(WGALLOWEDIP_A_FAMILY, (ushort)(address.AddressFamily == AddressFamily.InterNetworkV6 ? SysSocket.AF_INET6 : SysSocket.AF_INET))
            .Attribute(WGALLOWEDIP_A_IPADDR, bytes)
            .Attribute(WGALLOWEDIP_A_CIDR_MASK, (byte)(8 * bytes.Length));
    }

    // A struct sockaddr_in or sockaddr_in6 (man 7 ip, man 7 ipv6): port and address in network byte order, family and zone in the machine's.
    private static byte[] SocketAddressOf(IPEndPoint endpoint)
    {
        var isV6 = endpoint.AddressFamily == AddressFamily.InterNetworkV6;
        var bytes = new byte[isV6 ? EndpointSizeV6 : EndpointSizeV4];
        BitConverter.TryWriteBytes(bytes, (ushort)(isV6 ? SysSocket.AF_INET6 : SysSocket.AF_INET));
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)endpoint.Port);
        endpoint.Address.GetAddressBytes().CopyTo(bytes.AsSpan(isV6 ? 8 : 4));
        if (isV6)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(24), (uint)endpoint.Address.ScopeId);
        }

        return bytes;
    }

    private static void ReadPeers(NetlinkAttributes list, List<WireGuardPeerState> peers)
    {
        foreach (var item in list)
        {
            byte[]? key = null;
            DateTimeOffset? handshake = null;
            IPEndPoint? endpoint = null;
            var (received, sent) = (0L, 0L);
            foreach (var attribute in item.Nested)
            {
                switch (attribute.Type)
                {
                    case WGPEER_A_PUBLIC_KEY: key = attribute.Value.ToArray(); break;
                    case WGPEER_A_ENDPOINT: endpoint = ReadEndpoint(attribute.Value); break;
                    case WGPEER_A_LAST_HANDSHAKE_TIME: handshake = ReadTime(attribute.Value); break;
                    case WGPEER_A_RX_BYTES: received = (long)attribute.UInt64; break;
                    case WGPEER_A_TX_BYTES: sent = (long)attribute.UInt64; break;
                    default: break;
                }
            }

            // A peer with many addresses continues in the next message with its key repeated: count it once.
            if (key is { Length: WG_KEY_LEN } && !peers.Exists(peer => peer.PublicKey.AsSpan().SequenceEqual(key)))
            {
                peers.Add(new(key, handshake, received, sent) { Endpoint = endpoint });
            }
        }
    }

    // The reverse of SocketAddressOf; null for another family.
    private static IPEndPoint? ReadEndpoint(ReadOnlySpan<byte> value)
    {
        if (value.Length is not (EndpointSizeV4 or EndpointSizeV6))
        {
            return null;
        }

        var port = BinaryPrimitives.ReadUInt16BigEndian(value[2..]);
        return value.Length == EndpointSizeV6
            ? new IPEndPoint(new IPAddress(value[8..24], MemoryMarshal.Read<uint>(value[24..])), port)
            : new IPEndPoint(new IPAddress(value[4..8]), port);
    }

    // A struct __kernel_timespec: seconds and nanoseconds, 64 bits each; zero if there was no handshake.
    private static DateTimeOffset? ReadTime(ReadOnlySpan<byte> value) =>
        value.Length >= sizeof(long) && MemoryMarshal.Read<long>(value) is > 0 and < uint.MaxValue and var seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static byte[] Key(byte[] key) => key.Length == WG_KEY_LEN
        ? key
        : throw new ArgumentException($"WireGuard's keys have {WG_KEY_LEN} bytes, not {key.Length}", nameof(key));

    private static GenericNetlinkFamily FamilyOf(NetlinkSocket socket) => GenericNetlinkFamily.Find(socket, FamilyName)
        ?? throw new LinuxException("find generic netlink family wireguard: its module is not loaded; load it with modprobe wireguard", Errno.EOPNOTSUPP);
}
