using Stiefel.Linux.Errors;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNetlink;
using static Stiefel.Linux.Interop.LinuxRtnetlink;

namespace Stiefel.Linux.Network;

/// <summary>A pair of virtual cards, joined by a cable (man 4 veth). An end has a carrier while both are up.</summary>
public static class VirtualCable
{
    /// <summary>Its kind in rtnetlink (IFLA_INFO_KIND).</summary>
    public const string Kind = "veth";

    /// <summary>Makes both ends in the calling thread's network namespace; they are down at first.</summary>
    /// <param name="near">The name of one end.</param>
    /// <param name="far">The name of the other.</param>
    /// <param name="farMac">The other end's address. The first one's is random.</param>
    /// <param name="mtu">The MTU of both in bytes.</param>
    /// <returns>The numbers of both ends.</returns>
    /// <exception cref="LinuxException">EEXIST: a name is in use. EOPNOTSUPP: the kernel has no such pairs, and no module for them.</exception>
    public static (int Near, int Far) Add(string near, string far, MacAddress farMac, int mtu)
    {
        var made = RouteNetlink.Make(AddRequest(near, far, farMac, mtu), near, Kind);
        return (made, RouteNetlink.ListLinks().FirstOrDefault(link => link.Name == far)?.Index
            ?? throw new LinuxException($"netlink add veth interface {near}: its other end {far} vanished right after it was made", Errno.ENODEV));
    }

    internal static NetlinkRequest AddRequest(string near, string far, MacAddress farMac, int mtu) =>
        new NetlinkRequest($"add veth interface {near} with {far}", RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
            .Header(new ifinfomsg())
            .Attribute(IFLA_IFNAME, RouteNetlink.Checked(near))
            .Attribute(IFLA_MTU, (uint)mtu)
            .Nested(IFLA_LINKINFO, info => info
                .Attribute(IFLA_INFO_KIND, Kind)
                .Nested(IFLA_INFO_DATA, data => data
                    .Nested(VETH_INFO_PEER, peer => peer
                        .Header(new ifinfomsg())
                        .Attribute(IFLA_IFNAME, RouteNetlink.Checked(far))
                        .Attribute(IFLA_ADDRESS, farMac.ToBytes())
                        .Attribute(IFLA_MTU, (uint)mtu))));
}
