using Stiefel.Linux.Errors;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNetlink;
using static Stiefel.Linux.Interop.LinuxRtnetlink;

namespace Stiefel.Linux.Network;

/// <summary>Which interfaces lead to the rest of the world (man 7 rtnetlink, RTM_GETROUTE).</summary>
public static class DefaultRoutes
{
    // linux/rtnetlink.h: several next hops, each a header of this many bytes with the interface's number at 4.
    private const int NextHopSize = 8;
    private const int NextHopIndexOffset = 4;

    /// <summary>The numbers of all interfaces that a default route of any table, IPv4 or IPv6, goes through.</summary>
    /// <exception cref="LinuxException">The kernel does not tell.</exception>
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
