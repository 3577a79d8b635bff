using System.Net;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;
using Stiefel.Linux.Network;
using Stiefel.Linux.WireGuard;
using Xunit;

namespace Stiefel.Linux.Tests.WireGuard;

/// <summary>Golden bytes for a little-endian machine, composed by hand from linux/wireguard.h and linux/if_link.h.</summary>
public sealed class WireGuardNetlinkTests
{
    private const string Acknowledged = "0500";

    private static readonly GenericNetlinkFamily s_family = new("wireguard", 0x24, new Dictionary<string, uint>());

    private static readonly WireGuardOptions s_options = new()
    {
        PrivateKey = Key(0x11),
        ListenPort = 61571,
        PeerKey = Key(0x22),
        PresharedKey = Key(0x33),
        PeerAddress = IPAddress.Parse("fe80::1"),
        Endpoint = new IPEndPoint(new IPAddress(IPAddress.Parse("fe80::5054:ff:fe5e:1").GetAddressBytes(), 7), 61571),
        KeepAliveSeconds = 5,
    };

    [Fact]
    public void SetRequest_LinkLocalEndpoint_IsTheBytesOfTheHeader() => Assert.Equal(
        "fc000000" + "2400" + Acknowledged + "01000000" + "00000000"
        + "01" + "01" + "0000" // WG_CMD_SET_DEVICE, version 1
        + "0800" + "0100" + "09000000" // WGDEVICE_A_IFINDEX
        + "0800" + "0500" + "01000000" // WGDEVICE_A_FLAGS: REPLACE_PEERS
        + "2400" + "0300" + Repeated("11") // WGDEVICE_A_PRIVATE_KEY
        + "0600" + "0600" + "83f0" + "0000" // WGDEVICE_A_LISTEN_PORT
        + "ac00" + "0880" + "a800" + "0080" // WGDEVICE_A_PEERS, the first
        + "2400" + "0100" + Repeated("22") // WGPEER_A_PUBLIC_KEY
        + "2400" + "0200" + Repeated("33") // WGPEER_A_PRESHARED_KEY
        + "0800" + "0300" + "02000000" // WGPEER_A_FLAGS: REPLACE_ALLOWEDIPS
        + "2000" + "0400" + "0a00" + "f083" + "00000000" + "fe80000000000000505400fffe5e0001" + "07000000" // WGPEER_A_ENDPOINT
        + "0600" + "0500" + "0500" + "0000" // WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL
        + "2c00" + "0980" + "2800" + "0080" // WGPEER_A_ALLOWEDIPS, the first
        + "0600" + "0100" + "0a00" + "0000" // WGALLOWEDIP_A_FAMILY
        + "1400" + "0200" + "fe800000000000000000000000000001" // WGALLOWEDIP_A_IPADDR
        + "0500" + "0300" + "80" + "000000", // WGALLOWEDIP_A_CIDR_MASK
        Hex(WireGuardNetlink.SetRequest(s_family, 9, s_options)));

    [Fact]
    public void SetRequest_EndpointOfVersion4OrNone_IsSoOrLeftOut()
    {
        var v4 = Hex(WireGuardNetlink.SetRequest(s_family, 9, s_options with { Endpoint = IPEndPoint.Parse("192.0.2.7:61571") }));
        Assert.Contains("1400" + "0400" + "0200" + "f083" + "c0000207" + "0000000000000000", v4, StringComparison.Ordinal);
        Assert.DoesNotContain("0400" + "0a00" + "f083", Hex(WireGuardNetlink.SetRequest(s_family, 9, s_options with { Endpoint = null })), StringComparison.Ordinal);
    }

    [Fact]
    public void EndpointRequest_LinkLocalEndpoint_ChangesNothingElse() => Assert.Equal(
        "70000000" + "2400" + Acknowledged + "01000000" + "00000000"
        + "01" + "01" + "0000" // WG_CMD_SET_DEVICE, version 1
        + "0800" + "0100" + "09000000" // WGDEVICE_A_IFINDEX
        + "5400" + "0880" + "5000" + "0080" // WGDEVICE_A_PEERS, the first
        + "2400" + "0100" + Repeated("22") // WGPEER_A_PUBLIC_KEY
        + "0800" + "0300" + "04000000" // WGPEER_A_FLAGS: UPDATE_ONLY
        + "2000" + "0400" + "0a00" + "f083" + "00000000" + "fe80000000000000505400fffe5e0001" + "07000000", // WGPEER_A_ENDPOINT
        Hex(WireGuardNetlink.EndpointRequest(s_family, 9, Key(0x22), s_options.Endpoint!)));

    [Fact]
    public void SetRequest_KeyOfAnotherLength_IsRefused() =>
        Assert.Throws<ArgumentException>(() => WireGuardNetlink.SetRequest(s_family, 9, s_options with { PresharedKey = [1] }));

    [Fact]
    public void GetRequest_Interface_IsADump() => Assert.Equal(
        "1c000000" + "2400" + "0103" + "01000000" + "00000000" + "00" + "01" + "0000" + "0800" + "0100" + "09000000",
        Hex(WireGuardNetlink.GetRequest(s_family, 9)));

    [Fact]
    public void AddVirtualRequest_WireGuard_IsTheBytesOfTheHeader() => Assert.Equal(
        "44000000" + "1000" + "0506" + "01000000" + "00000000" // RTM_NEWLINK; REQUEST, ACK, CREATE, EXCL
        + "00000000" + "00000000" + "00000000" + "00000000"
        + "0800" + "0300" + "73743000" // IFLA_IFNAME "st0"
        + "0800" + "0400" + "8c050000" // IFLA_MTU 1420
        + "1400" + "1280" + "0e00" + "0100" + "77697265677561726400" + "0000", // IFLA_LINKINFO, IFLA_INFO_KIND "wireguard"
        Hex(RouteNetlink.AddVirtualRequest("st0", "wireguard", 1420)));

    [Fact]
    public void Read_DumpInTwoMessages_GivesEachPeerOnce()
    {
        var first = new NetlinkRequest("answer", 0x24).Header(new LinuxNetlink.genlmsghdr { cmd = 0, version = 1 })
            .Attribute(LinuxWireGuard.WGDEVICE_A_PRIVATE_KEY, Key(0x11)).Attribute(LinuxWireGuard.WGDEVICE_A_PUBLIC_KEY, Key(0x44))
            .Attribute(LinuxWireGuard.WGDEVICE_A_LISTEN_PORT, (ushort)61571)
            .Nested(LinuxWireGuard.WGDEVICE_A_PEERS, peers => peers.Nested(0, peer => peer
                .Attribute(LinuxWireGuard.WGPEER_A_PUBLIC_KEY, Key(0x22))
                .Attribute(LinuxWireGuard.WGPEER_A_ENDPOINT, Convert.FromHexString("0a00" + "f083" + "00000000" + "fe800000000000000000000000000020" + "07000000"))
                .Attribute(LinuxWireGuard.WGPEER_A_LAST_HANDSHAKE_TIME, [0x10, 0x27, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
                .Attribute(LinuxWireGuard.WGPEER_A_RX_BYTES, 7UL).Attribute(LinuxWireGuard.WGPEER_A_TX_BYTES, 8UL)));
        var second = new NetlinkRequest("answer", 0x24).Header(new LinuxNetlink.genlmsghdr { cmd = 0, version = 1 })
            .Nested(LinuxWireGuard.WGDEVICE_A_PEERS, peers => peers.Nested(0, peer => peer.Attribute(LinuxWireGuard.WGPEER_A_PUBLIC_KEY, Key(0x22))));

        var state = WireGuardNetlink.Read(NetlinkMessage.Split((byte[])[.. first.ToBytes(1), .. second.ToBytes(1)]));

        Assert.Equal(Key(0x44), state.PublicKey);
        Assert.Equal(61571, state.ListenPort);
        var peer = Assert.Single(state.Peers);
        Assert.Equal(Key(0x22), peer.PublicKey);
        Assert.Equal("[fe80::20%7]:61571", peer.Endpoint?.ToString());
        Assert.Equal((DateTimeOffset.FromUnixTimeSeconds(10_000), 7, 8), (peer.LastHandshake, peer.ReceivedBytes, peer.SentBytes));
    }

    [Fact]
    public void Wipe_Request_LeavesNoKey()
    {
        var request = WireGuardNetlink.SetRequest(s_family, 9, s_options);
        request.Wipe();
        Assert.DoesNotContain("1111", Hex(request.Attribute(1, new byte[200])), StringComparison.Ordinal);
        Assert.DoesNotContain("1111", s_options.ToString(), StringComparison.Ordinal);
    }

    private static byte[] Key(byte value) => [.. Enumerable.Repeat(value, 32)];

    private static string Repeated(string pair) => string.Concat(Enumerable.Repeat(pair, 32));

    private static string Hex(NetlinkRequest request) => Convert.ToHexStringLower(request.ToBytes(1));
}
