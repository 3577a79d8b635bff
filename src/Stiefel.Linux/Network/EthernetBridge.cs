using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNetlink;
using static Stiefel.Linux.Interop.LinuxRtnetlink;

namespace Stiefel.Linux.Network;

/// <summary>The kernel's Ethernet bridge (Documentation/networking/bridge.rst, linux/if_link.h), as a switch between a card and a virtual cable.</summary>
public static class EthernetBridge
{
    /// <summary>Its kind in rtnetlink (IFLA_INFO_KIND).</summary>
    public const string Kind = "bridge";

    /// <summary>Makes a bridge that forwards at once (no spanning tree) and passes all multicast on; it is down at first. Returns its number.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="mac">Its own address; without one it would change with its ports.</param>
    /// <exception cref="LinuxException">EEXIST: the name is in use. EOPNOTSUPP: the kernel has no bridge, and no module for it.</exception>
    public static int Add(string name, MacAddress mac) => RouteNetlink.Make(AddRequest(name, mac), name, Kind);

    /// <summary>Makes an interface a port of a bridge. It is not an error if it is one.</summary>
    /// <param name="port">The interface's number.</param>
    /// <param name="bridge">The bridge's number.</param>
    /// <exception cref="LinuxException">ENODEV: one of them is gone. EINVAL, ELOOP: it cannot be a port.</exception>
    public static void AddPort(int port, int bridge) => RouteNetlink.Ask(AddPortRequest(port, bridge));

    /// <summary>Keeps the bridge from noting which addresses send through a port. What is sent to them goes to all ports that have no other address known for it.</summary>
    /// <exception cref="LinuxException">The interface is gone or no port. EOPNOTSUPP: the kernel is older than 4.0.</exception>
    public static void StopLearning(int port) => RouteNetlink.Ask(StopLearningRequest(port));

    /// <summary>Lets a port's own address be another machine's: frames to it are passed on. A new port's address is the bridge's own. It is not an error if it is passed on already.</summary>
    /// <param name="port">The port's number.</param>
    /// <param name="mac">The port's address.</param>
    /// <exception cref="LinuxException">The interface is gone or no port.</exception>
    public static void PassOn(int port, MacAddress mac)
    {
        try
        {
            RouteNetlink.Ask(PassOnRequest(port, mac));
        }
        catch (LinuxException exception) when (exception.Errno == Errno.ENOENT)
        {
        }
    }

    internal static NetlinkRequest AddRequest(string name, MacAddress mac) =>
        new NetlinkRequest($"add bridge {name}", RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
            .Header(new ifinfomsg())
            .Attribute(IFLA_IFNAME, RouteNetlink.Checked(name))
            .Attribute(IFLA_ADDRESS, mac.ToBytes())
            .Nested(IFLA_LINKINFO, info => info
                .Attribute(IFLA_INFO_KIND, Kind)
                .Nested(IFLA_INFO_DATA, data => data
                    .Attribute(IFLA_BR_STP_STATE, 0u)
                    .Attribute(IFLA_BR_MCAST_SNOOPING, (byte)0)));

    internal static NetlinkRequest AddPortRequest(int port, int bridge) =>
        RouteNetlink.Link($"make interface {port} a port of bridge {bridge}", port).Attribute(IFLA_MASTER, (uint)bridge);

    internal static NetlinkRequest StopLearningRequest(int port) =>
        RouteNetlink.Link($"stop learning at port {port}", port)
            .Nested(IFLA_LINKINFO, info => info
                .Attribute(IFLA_INFO_SLAVE_KIND, Kind)
                .Nested(IFLA_INFO_SLAVE_DATA, data => data.Attribute(IFLA_BRPORT_LEARNING, (byte)0)));

    internal static NetlinkRequest PassOnRequest(int port, MacAddress mac) =>
        new NetlinkRequest($"pass on what is sent to {mac} at port {port}", RTM_DELNEIGH)
            .Header(new ndmsg { ndm_family = AF_BRIDGE, ndm_ifindex = port, ndm_flags = NTF_MASTER })
            .Attribute(NDA_LLADDR, mac.ToBytes());
}
