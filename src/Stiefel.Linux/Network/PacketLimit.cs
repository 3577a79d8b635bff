using System.Net;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNetlink;
using static Stiefel.Linux.Interop.LinuxRtnetlink;

namespace Stiefel.Linux.Network;

/// <summary>
/// Keeps packets to one IPv6 address below the MTU of the interface that leads there, by a route to that address with an MTU of its own (man 8 ip-route, `mtu`).
/// The kernel's TCP cuts to that size whatever it sends or repeats from then on, also on connections that exist, and announces it in new ones.
/// </summary>
public static class PacketLimit
{
    // Lower than 256, the priority of the kernel's own routes.
    private const uint Priority = 64;

    private const byte WholeAddress = 128;

    /// <summary>Sets the limit in place of an earlier one.</summary>
    /// <param name="index">The interface's number.</param>
    /// <param name="address">The IPv6 address.</param>
    /// <param name="bytes">The largest packet, with its IPv6 header.</param>
    /// <exception cref="LinuxException">ENODEV: the interface is gone. ENETDOWN: it is down.</exception>
    public static void Set(int index, IPAddress address, int bytes)
    {
        // The kernel raises the MTU of a route together with its interface's, if both were equal (rt6_mtu_change_route).
        Remove(index, address);

        // Without NLM_F_EXCL and NLM_F_REPLACE, because the same address may be reached by several interfaces.
        var request = Route($"limit packets to {address} by interface {index} to {bytes} bytes", RTM_NEWROUTE, NLM_F_CREATE, index, address)
            .Nested(RTA_METRICS, metrics => metrics.Attribute(RTAX_MTU, (uint)bytes));
        Ask(request, harmless: Errno.EEXIST);
    }

    /// <summary>Removes the limit. It is not an error if there is none, or the interface is gone.</summary>
    public static void Remove(int index, IPAddress address) =>
        Ask(Route($"remove the limit of packets to {address} by interface {index}", RTM_DELROUTE, 0, index, address), harmless: Errno.ESRCH, alsoHarmless: Errno.ENODEV);

    private static NetlinkRequest Route(string what, ushort type, ushort flags, int index, IPAddress address) =>
        new NetlinkRequest(what, type, flags)
            .Header(new rtmsg
            {
                rtm_family = SysSocket.AF_INET6,
                rtm_dst_len = WholeAddress,
                rtm_table = RT_TABLE_MAIN,
                rtm_protocol = RTPROT_STATIC,
                rtm_scope = RT_SCOPE_UNIVERSE,
                rtm_type = RTN_UNICAST,
            })
            .Attribute(RTA_DST, address.GetAddressBytes())
            .Attribute(RTA_OIF, (uint)index)
            .Attribute(RTA_PRIORITY, Priority);

    private static void Ask(NetlinkRequest request, int harmless, int alsoHarmless = 0)
    {
        try
        {
            using var socket = NetlinkSocket.Open(NETLINK_ROUTE);
            socket.Request(request);
        }
        catch (LinuxException exception) when (exception.Errno == harmless || exception.Errno == alsoHarmless)
        {
        }
    }
}
