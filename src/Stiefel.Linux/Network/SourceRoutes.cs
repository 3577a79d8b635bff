using System.Buffers.Binary;
using System.Net;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNetlink;
using static Stiefel.Linux.Interop.LinuxRtnetlink;

namespace Stiefel.Linux.Network;

/// <summary>
/// Routes that are chosen by the sender's IPv4 address (`ip rule add from ADDRESS`). Several interfaces may be in one network, each on a cable of
/// its own, as they are with link-local addresses: what is sent from an interface's address then leaves by that interface.
/// </summary>
public static class SourceRoutes
{
    // A range of table numbers that usual systems do not use; the low bits come from the address.
    private const uint TableBase = 0x5374_0000;

    // Lower than 32766, the priority of the rule for the table `main`.
    private const uint Priority = 30000;

    /// <summary>Adds a table with the interface's network, and the rule that leads there. It is not an error if they exist.</summary>
    /// <exception cref="LinuxException">ENODEV: the interface is gone. ENETDOWN: it is down.</exception>
    public static void Add(int index, IPAddress own, int prefixLength)
    {
        var address = own.GetAddressBytes();
        var table = TableBase | BinaryPrimitives.ReadUInt16BigEndian(address.AsSpan(2));
        using var socket = NetlinkSocket.Open(NETLINK_ROUTE);
        socket.Request(new NetlinkRequest($"add route of {own}/{prefixLength} by interface {index}", RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE)
            .Header(new rtmsg
            {
                rtm_family = SysSocket.AF_INET,
                rtm_dst_len = checked((byte)prefixLength),
                rtm_protocol = RTPROT_STATIC,
                rtm_scope = RT_SCOPE_LINK,
                rtm_type = RTN_UNICAST,
            })
            .Attribute(RTA_DST, NetworkOf(address, prefixLength))
            .Attribute(RTA_OIF, (uint)index)
            .Attribute(RTA_TABLE, table));
        try
        {
            socket.Request(new NetlinkRequest($"add rule from {own}", RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL)
                .Header(new fib_rule_hdr { family = SysSocket.AF_INET, src_len = 32, action = FR_ACT_TO_TBL })
                .Attribute(FRA_SRC, address)
                .Attribute(FRA_PRIORITY, Priority)
                .Attribute(FRA_TABLE, table));
        }
        catch (LinuxException exception) when (exception.Errno is Errno.EEXIST or Errno.EOPNOTSUPP)
        {
            // Without such rules in the kernel, one interface still works.
        }
    }

    private static byte[] NetworkOf(byte[] address, int prefixLength)
    {
        var network = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(network, BinaryPrimitives.ReadUInt32BigEndian(address) & (uint)(0xffffffffUL << (32 - prefixLength)));
        return network;
    }
}
