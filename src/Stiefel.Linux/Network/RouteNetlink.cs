using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNetlink;
using static Stiefel.Linux.Interop.LinuxRtnetlink;

namespace Stiefel.Linux.Network;

/// <summary>
/// Controls interfaces and their addresses by rtnetlink (man 7 rtnetlink). Every call opens and closes its own socket, so the calls are
/// independent of each other; every failure is a <see cref="LinuxException"/> that names the interface.
/// </summary>
public static class RouteNetlink
{
    private const int LongestName = 15;

    private static readonly string[] s_operStates = ["unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"];

    /// <summary>All interfaces of this network namespace, loopback included.</summary>
    public static IReadOnlyList<NetworkLink> ListLinks()
    {
        var request = new NetlinkRequest("RTM_GETLINK", RTM_GETLINK, NLM_F_DUMP).Header(new ifinfomsg());
        List<NetworkLink> links = [];
        foreach (var message in Ask(request))
        {
            if (ReadLink(message) is { } link)
            {
                links.Add(link);
            }
        }

        return links;
    }

    /// <summary>All addresses of one interface.</summary>
    public static IReadOnlyList<LinkAddress> ListAddresses(int index)
    {
        var request = new NetlinkRequest("RTM_GETADDR", RTM_GETADDR, NLM_F_DUMP).Header(new ifaddrmsg());
        List<LinkAddress> addresses = [];
        foreach (var message in Ask(request))
        {
            if (ReadAddress(message) is { } address && address.LinkIndex == index)
            {
                addresses.Add(address);
            }
        }

        return addresses;
    }

    /// <summary>Sets the interface up (`ip link set dev X up`).</summary>
    public static void SetUp(int index) => SetFlags("up", index, IFF_UP);

    /// <summary>Sets the interface down, which removes its IPv6 addresses.</summary>
    public static void SetDown(int index) => SetFlags("down", index, 0);

    /// <summary>Renames the interface; the name has at most 15 bytes. Kernels before 6.2 require it to be down (EBUSY).</summary>
    public static void Rename(int index, string name)
    {
        Ask(Link($"rename interface {index} to {name}", index).Attribute(IFLA_IFNAME, Checked(name)));
    }

    /// <summary>Moves the interface into another network namespace, where it gets this name, and is down and without addresses at first.</summary>
    /// <exception cref="LinuxException">EINVAL: this interface cannot be moved. EEXIST: the name is in use there.</exception>
    public static void Move(int index, NetworkNamespace target, string name) => Ask(
        Link($"move interface {index} into another network namespace", index)
            .Attribute(IFLA_IFNAME, Checked(name))
            .Attribute(IFLA_NET_NS_FD, (uint)target.Number));

    /// <summary>Sets the MTU in bytes.</summary>
    public static void SetMtu(int index, int mtu) =>
        Ask(Link($"set mtu {mtu} of interface {index}", index).Attribute(IFLA_MTU, (uint)mtu));

    /// <summary>Gives the interface a further name (`ip link property add dev X altname NAME`), of at most 127 bytes.</summary>
    /// <exception cref="LinuxException">EEXIST: the name is in use. EOPNOTSUPP: the kernel is older than 5.5.</exception>
    public static void AddName(int index, string name) => Ask(AddNameRequest(index, name));

    internal static NetlinkRequest AddNameRequest(int index, string name) =>
        new NetlinkRequest($"add the name {name} to interface {index}", RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND)
            .Header(new ifinfomsg { ifi_index = index })
            .Nested(IFLA_PROP_LIST, names => names.Attribute(IFLA_ALT_IFNAME, name));

    /// <summary>Keeps the kernel from making an IPv6 link-local address for the interface when it is set up. It changes no address that is there.</summary>
    /// <exception cref="LinuxException">The interface is gone, or the kernel has no IPv6.</exception>
    public static void MakeNoAddress(int index) => Ask(MakeNoAddressRequest(index));

    internal static NetlinkRequest MakeNoAddressRequest(int index) =>
        Link($"make no address for interface {index}", index)
            .Nested(IFLA_AF_SPEC, families => families.Nested(SysSocket.AF_INET6, family => family.Attribute(IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE)));

    /// <summary>Adds an address; an IPv6 address without duplicate-address detection. It is not an error if the interface has the address already.</summary>
    public static void AddAddress(int index, IPAddress address, int prefixLength)
    {
        try
        {
            Ask(AddressRequest(index, address, prefixLength, NLM_F_EXCL));
        }
        catch (LinuxException exception) when (exception.Errno == Errno.EEXIST)
        {
        }
    }

    /// <summary>Adds an IPv4 address that the kernel removes after a time, or gives the one that is there that time from now on.</summary>
    /// <param name="index">The number of the interface.</param>
    /// <param name="address">The address.</param>
    /// <param name="prefixLength">Number of bits of the network.</param>
    /// <param name="lifetime">The time, in whole seconds.</param>
    public static void LendAddress(int index, IPAddress address, int prefixLength, TimeSpan lifetime)
    {
        var seconds = (uint)lifetime.TotalSeconds;
        var times = new ifa_cacheinfo { ifa_prefered = seconds, ifa_valid = seconds };
        Ask(AddressRequest(index, address, prefixLength, NLM_F_REPLACE).Attribute(IFA_CACHEINFO, MemoryMarshal.AsBytes(new ReadOnlySpan<ifa_cacheinfo>(in times))));
    }

    private static NetlinkRequest AddressRequest(int index, IPAddress address, int prefixLength, ushort options)
    {
        var isV6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        var header = new ifaddrmsg
        {
            ifa_family = (byte)(isV6 ? SysSocket.AF_INET6 : SysSocket.AF_INET),
            ifa_prefixlen = checked((byte)prefixLength),
            ifa_flags = (byte)(isV6 ? IFA_F_NODAD : 0),
            ifa_scope = address.IsIPv6LinkLocal || Ipv4LinkLocal.Contains(address) ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
            ifa_index = (uint)index,
        };
        var bytes = address.GetAddressBytes();
        var request = new NetlinkRequest($"add address {address}/{prefixLength} to interface {index}", RTM_NEWADDR, (ushort)(NLM_F_CREATE | options))
            .Header(header)
            .Attribute(IFA_LOCAL, bytes)
            .Attribute(IFA_ADDRESS, bytes);
        return isV6 || prefixLength > 30 ? request : request.Attribute(IFA_BROADCAST, BroadcastOf(bytes, prefixLength));
    }

    /// <summary>Removes an address. It is not an error if the address or its interface is gone already.</summary>
    public static void RemoveAddress(int index, IPAddress address, int prefixLength)
    {
        var header = new ifaddrmsg
        {
            ifa_family = (byte)(address.AddressFamily == AddressFamily.InterNetworkV6 ? SysSocket.AF_INET6 : SysSocket.AF_INET),
            ifa_prefixlen = checked((byte)prefixLength),
            ifa_index = (uint)index,
        };
        try
        {
            Ask(new NetlinkRequest($"remove address {address}/{prefixLength} from interface {index}", RTM_DELADDR).Header(header).Attribute(IFA_LOCAL, address.GetAddressBytes()));
        }
        catch (LinuxException exception) when (exception.Errno is Errno.EADDRNOTAVAIL or Errno.ENODEV)
        {
        }
    }

    internal static string Checked(string name) => name.Length is > 0 and <= LongestName
        ? name
        : throw new ArgumentException($"an interface name has 1 to {LongestName} characters: '{name}'", nameof(name));

    private static void SetFlags(string verb, int index, uint flags) =>
        Ask(new NetlinkRequest($"set interface {index} {verb}", RTM_NEWLINK)
            .Header(new ifinfomsg { ifi_index = index, ifi_flags = flags, ifi_change = IFF_UP }));

    internal static NetlinkRequest Link(string what, int index) =>
        new NetlinkRequest(what, RTM_NEWLINK).Header(new ifinfomsg { ifi_index = index });

    internal static List<NetlinkMessage> Ask(NetlinkRequest request)
    {
        using var socket = NetlinkSocket.Open(NETLINK_ROUTE);
        return socket.Request(request);
    }

    internal static NetworkLink? ReadLink(NetlinkMessage message)
    {
        if (message.Type != RTM_NEWLINK || !message.TryReadHeader<ifinfomsg>(out var header, out var attributes))
        {
            return null;
        }

        var (name, mac, mtu, operState, carrier) = ("", default(MacAddress), 0, 0, false);
        var (least, most, master, below) = (0, 0, 0, 0);
        MacAddress? permanent = null;
        string? kind = null;
        foreach (var attribute in attributes)
        {
            switch (attribute.Type)
            {
                case IFLA_IFNAME: name = attribute.Text; break;
                case IFLA_MTU: mtu = (int)attribute.UInt32; break;
                case IFLA_MIN_MTU: least = (int)attribute.UInt32; break;
                case IFLA_MAX_MTU: most = (int)attribute.UInt32; break;
                case IFLA_MASTER: master = (int)attribute.UInt32; break;
                case IFLA_LINK: below = (int)attribute.UInt32; break;
                case IFLA_OPERSTATE: operState = attribute.Byte; break;
                case IFLA_LINKINFO: kind = ReadKind(attribute.Nested); break;
                case IFLA_CARRIER: carrier = attribute.Byte != 0; break;
                case IFLA_ADDRESS when attribute.Value.Length == MacAddress.Size: mac = MacAddress.FromBytes(attribute.Value); break;
                case IFLA_PERM_ADDRESS when attribute.Value.Length == MacAddress.Size: permanent = MacAddress.FromBytes(attribute.Value); break;
                default: break;
            }
        }

        var isUp = (header.ifi_flags & IFF_UP) != 0;
        var isEthernetLike = header.ifi_type == ARPHRD_ETHER && (header.ifi_flags & IFF_LOOPBACK) == 0;
        var state = operState < s_operStates.Length ? s_operStates[operState] : "unknown";
        return new(header.ifi_index, name, mac, isUp, isUp && carrier, state, mtu, isEthernetLike)
        {
            Kind = kind, PermanentMac = permanent, MinMtu = least, MaxMtu = most, Master = master, Below = below,
        };
    }

    private static string? ReadKind(NetlinkAttributes attributes)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Type == IFLA_INFO_KIND)
            {
                return attribute.Text;
            }
        }

        return null;
    }

    private static LinkAddress? ReadAddress(NetlinkMessage message)
    {
        if (message.Type != RTM_NEWADDR || !message.TryReadHeader<ifaddrmsg>(out var header, out var attributes))
        {
            return null;
        }

        var flags = (uint)header.ifa_flags;
        byte[]? address = null;
        byte[]? local = null;
        foreach (var attribute in attributes)
        {
            switch (attribute.Type)
            {
                case IFA_ADDRESS: address = attribute.Value.ToArray(); break;
                case IFA_LOCAL: local = attribute.Value.ToArray(); break;
                case IFA_FLAGS: flags = attribute.UInt32; break;
                default: break;
            }
        }

        // On a point-to-point link, IFA_ADDRESS is the peer's address and IFA_LOCAL ours.
        var bytes = local ?? address;
        if (bytes is not { Length: 4 or 16 })
        {
            return null;
        }

        var parsed = new IPAddress(bytes);
        if (parsed.IsIPv6LinkLocal)
        {
            parsed.ScopeId = header.ifa_index;
        }

        return new((int)header.ifa_index, parsed, header.ifa_prefixlen, (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) == 0);
    }

    private static byte[] BroadcastOf(byte[] address, int prefixLength)
    {
        var broadcast = address.ToArray();
        for (var bit = prefixLength; bit < 32; bit++)
        {
            broadcast[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return broadcast;
    }

    // Virtual interfaces

    /// <summary>Makes a virtual interface, which is down at first (`ip link add dev NAME mtu MTU type KIND`), and returns its number.</summary>
    /// <exception cref="LinuxException">EEXIST: the name is in use. EOPNOTSUPP: the kernel does not support this kind, and has no module for it.</exception>
    public static int AddVirtual(string name, string kind, int mtu) => Make(AddVirtualRequest(name, kind, mtu), name, kind);

    internal static int Make(NetlinkRequest request, string name, string kind)
    {
        Ask(request);
        return ListLinks().FirstOrDefault(link => link.Name == name && link.Kind == kind)?.Index
            ?? throw new LinuxException($"netlink add {kind} interface {name}: it vanished right after it was made", Errno.ENODEV);
    }

    /// <summary>Removes a virtual interface. It is not an error if it is gone already.</summary>
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
