using System.Runtime.InteropServices;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNbdNetlink;

namespace Stiefel.Linux.Nbd;

/// <summary>
/// Controls the kernel's NBD client by generic netlink (drivers/block/nbd.c). Unlike with ioctls, the device belongs to no process: the process
/// that connected it may close its descriptors, and even end. The process that connects should also be the one that reconnects, and should keep
/// this object: kernels differ in what they do when the socket that made the connection is closed.
/// </summary>
public sealed class NbdNetlink : IDisposable
{
    private const string FamilyName = "nbd";
    private const string GroupName = "nbd_mc_group";

    // The kernel multiplies the seconds by HZ in a signed long; this value, 63 years, stays far below its limit.
    private const ulong LongestDeadConnectionSeconds = 2_000_000_000;

    private readonly NetlinkSocket _requests;
    private readonly NetlinkSocket _events;
    private readonly GenericNetlinkFamily _family;

    private NbdNetlink(NetlinkSocket requests, NetlinkSocket events, GenericNetlinkFamily family)
    {
        _requests = requests;
        _events = events;
        _family = family;
    }

    /// <summary>Opens the two sockets. Null if the kernel has no NBD client, for instance because its module is not loaded.</summary>
    public static NbdNetlink? TryOpen()
    {
        var requests = NetlinkSocket.Open(LinuxNetlink.NETLINK_GENERIC);
        NetlinkSocket? events = null;
        try
        {
            if (GenericNetlinkFamily.Find(requests, FamilyName) is { } family
                && family.MulticastGroups.TryGetValue(GroupName, out var group))
            {
                events = NetlinkSocket.Open(LinuxNetlink.NETLINK_GENERIC);
                events.Join(group);
                return new(requests, events, family);
            }

            requests.Dispose();
            return null;
        }
        catch
        {
            events?.Dispose();
            requests.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Makes a block device from connected sockets that have finished their handshake, and returns its number. The kernel takes its own
    /// references, so the caller may close the sockets. More than one socket requires NBD_FLAG_CAN_MULTI_CONN.
    /// </summary>
    public int Connect(NbdDeviceOptions options, IReadOnlyList<SafeHandle> sockets)
    {
        var answer = WithDescriptors(sockets, descriptors => _requests.Request(ConnectRequest(_family, options, descriptors)));
        foreach (var message in answer)
        {
            if (ReadIndex(message, NBD_CMD_CONNECT) is { } index)
            {
                return index;
            }
        }

        throw new LinuxException("netlink nbd CONNECT: the answer names no device", Errno.EIO);
    }

    /// <summary>
    /// Gives the device a new socket for each dead one, and sets the timeout of requests made from now on. If no socket is dead,
    /// the kernel silently drops the new one: wait for <see cref="WaitForLinkDead"/> first. Without sockets, only the timeout is changed.
    /// </summary>
    public void Reconfigure(int index, IReadOnlyList<SafeHandle> sockets, TimeSpan requestTimeout) =>
        WithDescriptors(sockets, descriptors => _requests.Request(ReconfigureRequest(_family, index, descriptors, requestTimeout)));

    /// <summary>Disconnects the device; requests under way fail.</summary>
    public void Disconnect(int index) =>
        _requests.Request(_family.Request($"nbd{index} DISCONNECT", NBD_CMD_DISCONNECT, NBD_GENL_VERSION).Attribute(NBD_ATTR_INDEX, (uint)index));

    /// <summary>The numbers of the connected devices.</summary>
    public IReadOnlyList<int> ListConnected()
    {
        List<int> connected = [];
        foreach (var message in _requests.Request(_family.Request("nbd STATUS", NBD_CMD_STATUS, NBD_GENL_VERSION)))
        {
            ReadStatus(message, connected);
        }

        return connected;
    }

    /// <summary>
    /// Waits until the kernel has given up a connection of this device. Also true if messages were lost, since such a message may have been
    /// among them. False if the time is over.
    /// </summary>
    public bool WaitForLinkDead(int index, TimeSpan atMost)
    {
        var milliseconds = atMost == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Clamp(atMost.TotalMilliseconds, 0, int.MaxValue);
        var deadline = Environment.TickCount64 + milliseconds;
        while (_events.WaitReadable(milliseconds < 0 ? -1 : (int)Math.Max(0, deadline - Environment.TickCount64)))
        {
            try
            {
                if (_events.Receive("nbd events").Exists(message => ReadIndex(message, NBD_CMD_LINK_DEAD) == index))
                {
                    return true;
                }
            }
            catch (LinuxException exception) when (exception.Errno == Errno.ENOBUFS)
            {
                return true;
            }
        }

        return false;
    }

    public void Dispose()
    {
        _events.Dispose();
        _requests.Dispose();
    }

    internal static NetlinkRequest ConnectRequest(GenericNetlinkFamily family, NbdDeviceOptions options, IReadOnlyList<int> descriptors)
    {
        var request = family.Request("nbd CONNECT", NBD_CMD_CONNECT, NBD_GENL_VERSION);
        if (options.Index is { } index)
        {
            request.Attribute(NBD_ATTR_INDEX, (uint)index);
        }

        return AddSockets(
            request.Attribute(NBD_ATTR_SIZE_BYTES, (ulong)options.Size)
                .Attribute(NBD_ATTR_BLOCK_SIZE_BYTES, (ulong)options.BlockSize)
                .Attribute(NBD_ATTR_SERVER_FLAGS, options.ServerFlags)
                .Attribute(NBD_ATTR_TIMEOUT, RequestTimeoutSeconds(options.RequestTimeout))
                .Attribute(NBD_ATTR_DEAD_CONN_TIMEOUT, DeadConnectionSeconds(options)),
            descriptors);
    }

    internal static NetlinkRequest ReconfigureRequest(
        GenericNetlinkFamily family, int index, IReadOnlyList<int> descriptors, TimeSpan requestTimeout)
    {
        var request = family.Request($"nbd{index} RECONFIGURE", NBD_CMD_RECONFIGURE, NBD_GENL_VERSION)
            .Attribute(NBD_ATTR_INDEX, (uint)index)
            .Attribute(NBD_ATTR_TIMEOUT, RequestTimeoutSeconds(requestTimeout));
        return descriptors.Count == 0 ? request : AddSockets(request, descriptors);
    }

    // Zero would mean to the kernel "no timeout", while an old timer could still be running.
    private static ulong RequestTimeoutSeconds(TimeSpan time) => (ulong)Math.Max(1, time.TotalSeconds);

    // Zero would mean to the kernel "fail at once".
    private static ulong DeadConnectionSeconds(NbdDeviceOptions options) => options.DeadConnectionTimeout is { } time
        ? Math.Clamp((ulong)time.TotalSeconds, 1, LongestDeadConnectionSeconds)
        : LongestDeadConnectionSeconds;

    private static NetlinkRequest AddSockets(NetlinkRequest request, IReadOnlyList<int> descriptors) =>
        request.Nested(NBD_ATTR_SOCKETS, sockets =>
        {
            foreach (var descriptor in descriptors)
            {
                sockets.Nested(NBD_SOCK_ITEM, item => item.Attribute(NBD_SOCK_FD, (uint)descriptor));
            }
        });

    private static List<NetlinkMessage> WithDescriptors(IReadOnlyList<SafeHandle> handles, Func<IReadOnlyList<int>, List<NetlinkMessage>> ask)
    {
        var held = new bool[handles.Count];
        try
        {
            for (var i = 0; i < held.Length; i++)
            {
                handles[i].DangerousAddRef(ref held[i]);
            }

            return ask([.. handles.Select(handle => (int)handle.DangerousGetHandle())]);
        }
        finally
        {
            for (var i = 0; i < held.Length; i++)
            {
                if (held[i])
                {
                    handles[i].DangerousRelease();
                }
            }
        }
    }

    private static int? ReadIndex(NetlinkMessage message, byte command)
    {
        if (message.TryReadHeader<LinuxNetlink.genlmsghdr>(out var header, out var attributes) && header.cmd == command)
        {
            foreach (var attribute in attributes)
            {
                if (attribute.Type == NBD_ATTR_INDEX)
                {
                    return (int)attribute.UInt32;
                }
            }
        }

        return null;
    }

    private static void ReadStatus(NetlinkMessage message, List<int> connected)
    {
        if (!message.TryReadHeader<LinuxNetlink.genlmsghdr>(out _, out var attributes))
        {
            return;
        }

        foreach (var list in attributes)
        {
            foreach (var item in list.Type == NBD_ATTR_DEVICE_LIST ? list.Nested : default)
            {
                var (index, isConnected) = (-1, false);
                foreach (var attribute in item.Nested)
                {
                    switch (attribute.Type)
                    {
                        case NBD_DEVICE_INDEX: index = (int)attribute.UInt32; break;
                        case NBD_DEVICE_CONNECTED: isConnected = attribute.Byte != 0; break;
                        default: break;
                    }
                }

                if (isConnected)
                {
                    connected.Add(index);
                }
            }
        }
    }
}
