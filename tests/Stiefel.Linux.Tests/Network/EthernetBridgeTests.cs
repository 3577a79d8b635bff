using Stiefel.Linux.Netlink;
using Stiefel.Linux.Network;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Linux.Tests.Network;

/// <summary>Golden bytes for a little-endian machine, composed by hand from linux/if_link.h, and the kernel's bridge and virtual cables, checked with iproute2.</summary>
[Collection("network namespace")]
public sealed class EthernetBridgeTests : IDisposable
{
    private const string NewLink = "1000" + "0506" + "01000000" + "00000000";
    private static readonly MacAddress s_mac = MacAddress.FromBytes([2, 0, 0, 0, 0, 0x77]);

    public void Dispose()
    {
        foreach (var link in RouteNetlink.ListLinks().Where(link => link.Name is "eb0" or "eb1" or "eb2"))
        {
            RouteNetlink.Remove(link.Index);
        }
    }

    [Fact]
    public void AddRequest_Bridge_IsTheBytesOfTheHeader() => Assert.Equal(
        "58000000" + NewLink + Info(0)
        + "0800" + "0300" + "65623000" // IFLA_IFNAME: eb0
        + "0a00" + "0100" + "020000000077" + "0000" // IFLA_ADDRESS
        + "2400" + "1280" // IFLA_LINKINFO
        + "0b00" + "0100" + "62726964676500" + "00" // IFLA_INFO_KIND: bridge
        + "1400" + "0280" // IFLA_INFO_DATA
        + "0800" + "0500" + "00000000" // IFLA_BR_STP_STATE
        + "0500" + "1700" + "00000000", // IFLA_BR_MCAST_SNOOPING
        Hex(EthernetBridge.AddRequest("eb0", s_mac)));

    [Fact]
    public void PortRequests_AreTheBytesOfTheHeader()
    {
        Assert.Equal("28000000" + "1000" + "0500" + "01000000" + "00000000" + Info(7) + "0800" + "0a00" + "09000000", Hex(EthernetBridge.AddPortRequest(7, 9)));
        Assert.Equal(
            "3c000000" + "1000" + "0500" + "01000000" + "00000000" + Info(7)
            + "1c00" + "1280" + "0b00" + "0400" + "62726964676500" + "00" // IFLA_LINKINFO, IFLA_INFO_SLAVE_KIND
            + "0c00" + "0580" + "0500" + "0800" + "00000000", // IFLA_INFO_SLAVE_DATA, IFLA_BRPORT_LEARNING
            Hex(EthernetBridge.StopLearningRequest(7)));
        Assert.Equal(
            "28000000" + "1d00" + "0500" + "01000000" + "00000000"
            + "07" + "00" + "0000" + "07000000" + "0000" + "04" + "00" // ndmsg: AF_BRIDGE, NTF_MASTER
            + "0a00" + "0200" + "020000000077" + "0000", // NDA_LLADDR
            Hex(EthernetBridge.PassOnRequest(7, s_mac)));
    }

    [Fact]
    public void CableRequest_BothEnds_IsTheBytesOfTheHeader() => Assert.Equal(
        "74000000" + NewLink + Info(0)
        + "0800" + "0300" + "65623100" // IFLA_IFNAME: eb1
        + "0800" + "0400" + "dc050000" // IFLA_MTU
        + "4400" + "1280" // IFLA_LINKINFO
        + "0900" + "0100" + "7665746800" + "000000" // IFLA_INFO_KIND: veth
        + "3400" + "0280" + "3000" + "0180" + Info(0) // IFLA_INFO_DATA, VETH_INFO_PEER
        + "0800" + "0300" + "65623200" // IFLA_IFNAME: eb2
        + "0a00" + "0100" + "020000000077" + "0000" // IFLA_ADDRESS
        + "0800" + "0400" + "dc050000", // IFLA_MTU
        Hex(VirtualCable.AddRequest("eb1", "eb2", s_mac, 1500)));

    [Fact]
    public void NameAndAddressRequests_AreTheBytesOfTheHeader()
    {
        Assert.Equal(
            "2c000000" + "6c00" + "050e" + "01000000" + "00000000" + Info(7) + "0c00" + "3480" + "0800" + "3500" + "65623900",
            Hex(RouteNetlink.AddNameRequest(7, "eb9")));
        Assert.Equal(
            "30000000" + "1000" + "0500" + "01000000" + "00000000" + Info(7) + "1000" + "1a80" + "0c00" + "0a80" + "0500" + "0800" + "01000000",
            Hex(RouteNetlink.MakeNoAddressRequest(7)));
    }

    [Fact]
    public void Bridge_WithAPortWhoseAddressIsPassedOn_IsSoForIproute2()
    {
        var bridge = EthernetBridge.Add("eb0", MacAddress.FromBytes([6, 0, 0, 0, 0, 0x77]));
        var (near, far) = VirtualCable.Add("eb1", "eb2", s_mac, 1500);
        RouteNetlink.AddName(far, "enx-further");
        EthernetBridge.AddPort(far, bridge);
        EthernetBridge.AddPort(far, bridge);
        EthernetBridge.StopLearning(far);

        Assert.Contains("stp_state 0", Ip("-d link show dev eb0"), StringComparison.Ordinal);
        Assert.Contains("mcast_snooping 0", Ip("-d link show dev eb0"), StringComparison.Ordinal);
        Assert.Contains("06:00:00:00:00:77", Ip("link show dev eb0"), StringComparison.Ordinal);
        Assert.Contains("learning off", Ip("-d link show dev eb2"), StringComparison.Ordinal);
        Assert.Contains("altname enx-further", Ip("link show dev eb2"), StringComparison.Ordinal);
        Assert.Equal((far, near), (RouteNetlink.ListLinks().Single(link => link.Index == near).Below, RouteNetlink.ListLinks().Single(link => link.Index == far).Below));
        Assert.Contains("02:00:00:00:00:77 permanent", Addresses(), StringComparison.Ordinal);

        EthernetBridge.PassOn(far, s_mac);
        EthernetBridge.PassOn(far, s_mac);

        Assert.DoesNotContain("02:00:00:00:00:77 permanent", Addresses(), StringComparison.Ordinal);
    }

    [Fact]
    public void MakeNoAddress_InterfaceThatIsSetUp_HasNone()
    {
        var (near, far) = VirtualCable.Add("eb1", "eb2", s_mac, 1500);
        RouteNetlink.MakeNoAddress(near);
        RouteNetlink.SetUp(near);
        RouteNetlink.SetUp(far);

        Assert.True(RouteNetlinkTests.Eventually(() => RouteNetlink.ListAddresses(far).Count == 1));
        Assert.Empty(RouteNetlink.ListAddresses(near));
    }

    // Entries of the bridge's table for frames without a VLAN.
    private static string Addresses()
    {
        using var bridge = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("bridge", "fdb show br eb0") { RedirectStandardOutput = true })!;
        return string.Join('\n', bridge.StandardOutput.ReadToEnd().Split('\n').Where(line => !line.Contains(" vlan ", StringComparison.Ordinal)).Select(line => line.Replace("dev eb2 ", "", StringComparison.Ordinal).Replace("master eb0 ", "", StringComparison.Ordinal)));
    }

    private static string Info(int index) => "00" + "00" + "0000" + $"{index:x2}000000" + "00000000" + "00000000";

    private static string Hex(NetlinkRequest request) => Convert.ToHexStringLower(request.ToBytes(1));
}
