using Stiefel.Linux.Errors;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNetlink;
using static Stiefel.Linux.Interop.LinuxRtnetlink;

namespace Stiefel.Linux.Network;

// Interfaces that are no hardware.
public static partial class RouteNetlink
{
    /// <summary>Makes a virtual interface (`ip link add dev NAME mtu MTU type KIND`), which is down, and returns its number.</summary>
    /// <exception cref="LinuxException">EEXIST: the name is taken. EOPNOTSUPP: the kernel has no such kind, nor a module of it.</exception>
    public static int AddVirtual(string name, string kind, int mtu)
    {
        Ask(AddVirtualRequest(name, kind, mtu));
        return ListLinks().FirstOrDefault(link => link.Name == name && link.Kind == kind)?.Index
            ?? throw new LinuxException($"netlink add {kind} interface {name}: it vanished at once", Errno.ENODEV);
    }

    /// <summary>Removes a virtual interface. It is no error if it is gone already.</summary>
    public static void Remove(int index)
    {
        try
        {
            Ask(new NetlinkRequest($"remove interface {index}", RTM_DELLINK).Header(new ifinfomsg { ifi_index = index }));
        }
        catch (LinuxException exception) when (exception.Errno == Errno.ENODEV)
        {
        }
    }

    internal static NetlinkRequest AddVirtualRequest(string name, string kind, int mtu) =>
        new NetlinkRequest($"add {kind} interface {name}", RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
            .Header(new ifinfomsg())
            .Attribute(IFLA_IFNAME, Checked(name))
            .Attribute(IFLA_MTU, (uint)mtu)
            .Nested(IFLA_LINKINFO, info => info.Attribute(IFLA_INFO_KIND, kind));
}
