using System.Net;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNetlink;
using static Stiefel.Linux.Interop.LinuxRtnetlink;

namespace Stiefel.Linux.Network;

/// <summary>Finds the interfaces that lead beyond the local network (man 7 rtnetlink, RTM_GETROUTE).</summary>
public static class DefaultRoutes
{
    // linux/rtnetlink.h: RTA_MULTIPATH lists next hops, each with a header of this size that has the interface's number at offset 4.
    private const int NextHopSize = 8;
    private const int NextHopIndexOffset = 4;

    // Each interface has a route of its own, below those that a person sets.
    private const uint FirstMetric = 1000;

    /// <summary>The numbers of all interfaces with a default route in any table, IPv4 or IPv6.</summary>
    /// <exception cref="LinuxException">The routes cannot be read.</exception>
    public static IReadOnlySet<int> ListInterfaces()
    {
        using var socket = NetlinkSocket.Open(NETLINK_ROUTE);
        var interfaces = new HashSet<int>();
        foreach (var message in socket.Request(new NetlinkRequest("RTM_GETROUTE", RTM_GETROUTE, NLM_F_DUMP).Header(new rtmsg())))
        {
            Read(message, interfaces);
        }

        return interfaces;
    }

    /// <summary>Adds an IPv4 default route, or replaces the one by this interface. The kernel removes it with the address.</summary>
    /// <param name="index">The number of the interface.</param>
    /// <param name="router">The router, in a network of the interface.</param>
    /// <param name="own">The interface's address in that network.</param>
    /// <exception cref="LinuxException">The address or the interface is gone.</exception>
    public static void Add(int index, IPAddress router, IPAddress own)
    {
        using var socket = NetlinkSocket.Open(NETLINK_ROUTE);
        socket.Request(new NetlinkRequest($"add default route to {router} by interface {index}", RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE)
            .Header(new rtmsg { rtm_family = SysSocket.AF_INET, rtm_table = RT_TABLE_MAIN, rtm_protocol = RTPROT_DHCP, rtm_scope = RT_SCOPE_UNIVERSE, rtm_type = RTN_UNICAST })
            .Attribute(RTA_GATEWAY, router.GetAddressBytes())
            .Attribute(RTA_OIF, (uint)index)
            .Attribute(RTA_PREFSRC, own.GetAddressBytes())
            .Attribute(RTA_PRIORITY, FirstMetric + (uint)index));
    }

    private static void Read(NetlinkMessage message, HashSet<int> interfaces)
    {
        if (message.Type != RTM_NEWROUTE || !message.TryReadHeader<rtmsg>(out var header, out var attributes)
            || header.rtm_dst_len != 0 || header.rtm_type != RTN_UNICAST)
        {
            return;
        }

        foreach (var attribute in attributes)
        {
            switch (attribute.Type)
            {
                case RTA_OIF: interfaces.Add((int)attribute.UInt32); break;
                case RTA_MULTIPATH: ReadNextHops(attribute.Value, interfaces); break;
                default: break;
            }
        }
    }

    private static void ReadNextHops(ReadOnlySpan<byte> hops, HashSet<int> interfaces)
    {
        while (hops.Length >= NextHopSize)
        {
            interfaces.Add(BitConverter.ToInt32(hops[NextHopIndexOffset..]));
            var length = (BitConverter.ToUInt16(hops) + 3) & ~3;
            hops = hops[Math.Clamp(length, NextHopSize, hops.Length)..];
        }
    }
}
