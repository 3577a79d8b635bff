using Stiefel.Attach.Agent;
using Stiefel.Linux.Network;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Attach.Tests.Agent;

[Collection("network namespace")]
public sealed class CableLinkTests
{
    private static readonly MacAddress s_mac = MacAddress.TryParse(Cable.Mac, out var mac) ? mac : throw new FormatException();

    [Fact]
    public void Find_BridgeAndVlanOfTheSameAddress_HardwareWins()
    {
        NetworkLink[] links = [Link(2, "br0", "bridge"), Link(3, "stiefel.7", "vlan"), Link(4, "enp1s0", null), Link(5, "lo", null) with { Mac = default }];

        Assert.Equal(4, CableLink.Find(links, s_mac)?.Index);
        Assert.Equal(6, CableLink.Find([.. links, Link(6, "stiefellink", "veth")], s_mac)?.Index);
        Assert.Null(CableLink.Find(links[3..], s_mac));
    }

    [Fact]
    public void Raise_CableWithItsLaptopUp_IsUsableUnderItsName()
    {
        using var cable = new Cable();
        var link = new CableLink(s_mac, mtu: 1400, Assert.Fail);

        var state = Until(link, ready: true);

        Assert.Contains("mtu 1400", Ip("link show dev stiefellink"), StringComparison.Ordinal);
        Assert.Contains(RouteNetlink.ListAddresses(state.Index), address => address.Address.IsIPv6LinkLocal && address.IsUsable);
    }

    [Fact]
    public void Raise_LargerPacketsThanBefore_AreSetAndToldAtOnce()
    {
        using var cable = new Cable();

        var state = Until(new CableLink(s_mac, mtu: 9000, Assert.Fail), ready: true);

        Assert.Equal(9000, state.Mtu);
        Assert.Contains("mtu 9000", Ip("link show dev stiefellink"), StringComparison.Ordinal);
    }

    [Fact]
    public void Raise_LinkThatWasUpUnderAnotherName_IsRenamed()
    {
        using var cable = new Cable();
        Ip("link set dev desktop0 up");

        Until(new CableLink(s_mac, mtu: 1500, Assert.Fail), ready: true);

        Ip("link show dev stiefellink");
    }

    /// <summary>On a running system the interface is not the agent's.</summary>
    [Fact]
    public void Raise_InterfaceOfTheSystem_IsUsedAsItIs()
    {
        using var cable = new Cable();
        var link = new CableLink(s_mac, mtu: 1400, Assert.Fail, systems: "desktop0");
        Assert.Contains("desktop0 has no carrier: is it up", link.Raise(needsLinkLocal: true).Missing, StringComparison.Ordinal);
        Ip("link set dev desktop0 up");

        Until(link, ready: true);

        Assert.Contains("mtu 1500", Ip("link show dev desktop0"), StringComparison.Ordinal);
        cable.PlugOut();
        Assert.Contains("no network interface desktop0 any more", link.Raise(needsLinkLocal: true).Missing, StringComparison.Ordinal);
    }

    [Fact]
    public void Raise_CarrierOutAndAdapterReplugged_SaysWhatIsMissingAndComesBack()
    {
        using var cable = new Cable();
        var link = new CableLink(s_mac, mtu: 1500, Assert.Fail);
        var before = Until(link, ready: true);

        cable.SetLaptopUp(false);
        Assert.Contains("no carrier", Until(link, ready: false).Missing, StringComparison.Ordinal);
        cable.PlugOut();
        Assert.Contains("no network interface has the address", link.Raise(needsLinkLocal: true).Missing, StringComparison.Ordinal);
        cable.PlugIn();

        Assert.NotEqual(before.Index, Until(link, ready: true).Index);
    }

    [Fact]
    public void Raise_KernelForbiddenToMakeAnAddress_OneIsAdded()
    {
        using var cable = new Cable();
        File.WriteAllText("/proc/sys/net/ipv6/conf/desktop0/addr_gen_mode", "1");

        var state = Until(new CableLink(s_mac, mtu: 1500, Assert.Fail), ready: true);

        Assert.Equal(s_mac.ToLinkLocalAddress().GetAddressBytes(), Assert.Single(RouteNetlink.ListAddresses(state.Index)).Address.GetAddressBytes());
    }

    [Fact]
    public void Raise_SystemSwitchesIpv6OffEverywhere_IsOnAgainHere()
    {
        using var cable = new Cable();
        var link = new CableLink(s_mac, mtu: 1500, Assert.Fail);
        Until(link, ready: true);
        File.WriteAllText("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
        try
        {
            Assert.Contains("no usable IPv6 link-local address", Until(link, ready: false).Missing, StringComparison.Ordinal);
            var state = Until(link, ready: true);

            Assert.Equal(s_mac.ToLinkLocalAddress().GetAddressBytes(), Assert.Single(RouteNetlink.ListAddresses(state.Index)).Address.GetAddressBytes());
        }
        finally
        {
            File.WriteAllText("/proc/sys/net/ipv6/conf/all/disable_ipv6", "0");
        }
    }

    [Fact]
    public void Raise_LaptopByIPv4_HasItsAddressAlsoWhenReplugged()
    {
        using var cable = new Cable();
        var link = new CableLink(s_mac, mtu: 1500, Assert.Fail, ownAddress: "169.254.7.8/16");
        Assert.Equal("169.254.7.8", IPv4Of(Until(link, ready: true)));

        cable.PlugOut();
        Assert.Contains("no network interface has the address", link.Raise(needsLinkLocal: false).Missing, StringComparison.Ordinal);
        cable.PlugIn();

        Assert.Equal("169.254.7.8", IPv4Of(Until(link, ready: true)));
        Assert.Contains("scope link", Ip("-4 address show dev stiefellink"), StringComparison.Ordinal);
    }

    private static string IPv4Of(CableLinkState state) =>
        Assert.Single(RouteNetlink.ListAddresses(state.Index), own => own is { PrefixLength: 16 }).Address.ToString();

    private static CableLinkState Until(CableLink link, bool ready)
    {
        var deadline = Environment.TickCount64 + 20_000;
        while (true)
        {
            var state = link.Raise(needsLinkLocal: true);
            if (state.Missing is null == ready)
            {
                return state;
            }

            Assert.True(Environment.TickCount64 < deadline, state.Missing ?? "still ready");
            Thread.Sleep(20);
        }
    }

    private static NetworkLink Link(int index, string name, string? kind) => new(index, name, s_mac, true, true, "up", 1500, true) { Kind = kind };
}
