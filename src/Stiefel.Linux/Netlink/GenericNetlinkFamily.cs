using Stiefel.Linux.Errors;
using static Stiefel.Linux.Interop.LinuxNetlink;

namespace Stiefel.Linux.Netlink;

/// <summary>A generic netlink family (Documentation/userspace-api/netlink/intro.rst), with its present number and multicast groups.</summary>
internal sealed record GenericNetlinkFamily(string Name, ushort Id, IReadOnlyDictionary<string, uint> MulticastGroups)
{
    private const byte ControlVersion = 1;

    /// <summary>Asks the kernel's controller for a family. Null if the kernel has no such family, for instance because its module is not loaded.</summary>
    internal static GenericNetlinkFamily? Find(NetlinkSocket socket, string name)
    {
        try
        {
            return socket.Request(FindRequest(name)).Select(Read).FirstOrDefault(family => family?.Name == name);
        }
        catch (LinuxException exception) when (exception.Errno == Errno.ENOENT)
        {
            return null;
        }
    }

    /// <summary>Begins a message to the family.</summary>
    internal NetlinkRequest Request(string what, byte command, byte version, ushort flags = 0) =>
        new NetlinkRequest(what, Id, flags).Header(new genlmsghdr { cmd = command, version = version });

    internal static NetlinkRequest FindRequest(string name) =>
        new NetlinkRequest($"find generic netlink family {name}", GENL_ID_CTRL)
            .Header(new genlmsghdr { cmd = CTRL_CMD_GETFAMILY, version = ControlVersion })
            .Attribute(CTRL_ATTR_FAMILY_NAME, name);

    internal static GenericNetlinkFamily? Read(NetlinkMessage message)
    {
        if (message.Type != GENL_ID_CTRL || !message.TryReadHeader<genlmsghdr>(out _, out var attributes))
        {
            return null;
        }

        var name = "";
        ushort id = 0;
        Dictionary<string, uint> groups = [];
        foreach (var attribute in attributes)
        {
            switch (attribute.Type)
            {
                case CTRL_ATTR_FAMILY_NAME: name = attribute.Text; break;
                case CTRL_ATTR_FAMILY_ID: id = attribute.UInt16; break;
                case CTRL_ATTR_MCAST_GROUPS: ReadGroups(attribute.Nested, groups); break;
                default: break;
            }
        }

        return new(name, id, groups);
    }

    // The groups are an array: attributes numbered 1, 2, …, each with a name and a number.
    private static void ReadGroups(NetlinkAttributes array, Dictionary<string, uint> groups)
    {
        foreach (var item in array)
        {
            var (name, id) = ("", 0u);
            foreach (var attribute in item.Nested)
            {
                switch (attribute.Type)
                {
                    case CTRL_ATTR_MCAST_GRP_NAME: name = attribute.Text; break;
                    case CTRL_ATTR_MCAST_GRP_ID: id = attribute.UInt32; break;
                    default: break;
                }
            }

            groups[name] = id;
        }
    }
}
