using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNetlink;
using static Stiefel.Linux.Interop.LinuxRtnetlink;

namespace Stiefel.Linux.Network;

/// <summary>The kernel's table of the machines with which it has spoken (man 7 arp; RFC 4861 §5.1).</summary>
public static class Neighbours
{
    /// <summary>The hardware address of a machine; null if the kernel has not spoken with it lately.</summary>
    /// <param name="index">The number of the interface by which it is reached.</param>
    /// <param name="address">Its IP address.</param>
    /// <exception cref="Errors.LinuxException">The kernel does not answer.</exception>
    public static MacAddress? MacOf(int index, IPAddress address)
    {
        var family = (byte)(address.AddressFamily == AddressFamily.InterNetworkV6 ? SysSocket.AF_INET6 : SysSocket.AF_INET);
        var bytes = address.GetAddressBytes();
        foreach (var message in RouteNetlink.Ask(new NetlinkRequest("RTM_GETNEIGH", RTM_GETNEIGH, NLM_F_DUMP).Header(new ndmsg { ndm_family = family })))
        {
            if (message.Type == RTM_NEWNEIGH && message.TryReadHeader<ndmsg>(out var header, out var attributes) && header.ndm_ifindex == index && Read(attributes, bytes) is { } mac)
            {
                return mac;
            }
        }

        return null;
    }

    private static MacAddress? Read(NetlinkAttributes attributes, byte[] wanted)
    {
        MacAddress? mac = null;
        var isWanted = false;
        foreach (var attribute in attributes)
        {
            isWanted |= attribute.Type == NDA_DST && attribute.Value.SequenceEqual(wanted);
            if (attribute.Type == NDA_LLADDR && attribute.Value.Length == MacAddress.Size)
            {
                mac = MacAddress.FromBytes(attribute.Value);
            }
        }

        return isWanted ? mac : null;
    }
}
