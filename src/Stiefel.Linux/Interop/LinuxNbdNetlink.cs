namespace Stiefel.Linux.Interop;

/// <summary>linux/nbd-netlink.h, and the client flags of linux/nbd.h.</summary>
internal static class LinuxNbdNetlink
{
    internal const byte NBD_GENL_VERSION = 1;

    internal const byte NBD_CMD_CONNECT = 1;
    internal const byte NBD_CMD_DISCONNECT = 2;
    internal const byte NBD_CMD_RECONFIGURE = 3;
    internal const byte NBD_CMD_LINK_DEAD = 4;
    internal const byte NBD_CMD_STATUS = 5;

    internal const ushort NBD_ATTR_INDEX = 1;
    internal const ushort NBD_ATTR_SIZE_BYTES = 2;
    internal const ushort NBD_ATTR_BLOCK_SIZE_BYTES = 3;
    internal const ushort NBD_ATTR_TIMEOUT = 4;
    internal const ushort NBD_ATTR_SERVER_FLAGS = 5;
    internal const ushort NBD_ATTR_SOCKETS = 7;
    internal const ushort NBD_ATTR_DEAD_CONN_TIMEOUT = 8;
    internal const ushort NBD_ATTR_DEVICE_LIST = 9;

    internal const ushort NBD_SOCK_ITEM = 1;
    internal const ushort NBD_SOCK_FD = 1;

    internal const ushort NBD_DEVICE_ITEM = 1;
    internal const ushort NBD_DEVICE_INDEX = 1;
    internal const ushort NBD_DEVICE_CONNECTED = 2;
}
