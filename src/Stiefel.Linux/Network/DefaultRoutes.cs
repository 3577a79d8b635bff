using Stiefel.Linux.Errors;
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
