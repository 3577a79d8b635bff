using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNetlink;
using static Stiefel.Linux.Interop.LinuxRtnetlink;

namespace Stiefel.Linux.Network;

/// <summary>Receives the kernel's messages about interfaces and addresses (man 7 rtnetlink, multicast groups).</summary>
public static class LinkMonitor
{
    // How often the listening thread checks for cancellation; events arrive at once.
    private const int CancellationCheckMilliseconds = 250;

    /// <summary>
    /// Returns every change until cancelled. The first element is always <see cref="LinkChangeKind.Everything"/>, returned after
    /// subscribing to the kernel's messages, so that a reader that looks at all links then misses nothing. Throws <see cref="LinuxException"/>
    /// if the socket fails.
    /// </summary>
    public static async IAsyncEnumerable<LinkChange> WatchAsync([EnumeratorCancellation] CancellationToken token)
    {
        var socket = Subscribe();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var stopped = stop.Token;
        var changes = Channel.CreateUnbounded<LinkChange>(new() { SingleReader = true, SingleWriter = true });
        changes.Writer.TryWrite(new(LinkChangeKind.Everything, 0));
        new Thread(() => Listen(socket, changes.Writer, stopped)) { IsBackground = true, Name = "link monitor" }.Start();
        try
        {
            await foreach (var change in changes.Reader.ReadAllAsync(token))
            {
                yield return change;
            }
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private static NetlinkSocket Subscribe()
    {
        var socket = NetlinkSocket.Open(NETLINK_ROUTE);
        try
        {
            socket.Join(RTNLGRP_LINK);
            socket.Join(RTNLGRP_IPV4_IFADDR);
            socket.Join(RTNLGRP_IPV6_IFADDR);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Runs on a thread of its own, because the runtime's socket engine does not support netlink descriptors.
    private static void Listen(NetlinkSocket socket, ChannelWriter<LinkChange> changes, CancellationToken token)
    {
        try
        {
            using (socket)
            {
                while (!token.IsCancellationRequested)
                {
                    if (socket.WaitReadable(CancellationCheckMilliseconds))
                    {
                        ForwardOne(socket, changes);
                    }
                }
            }

            changes.Complete();
        }
        catch (Exception exception)
        {
            changes.Complete(exception);
        }
    }

    private static void ForwardOne(NetlinkSocket socket, ChannelWriter<LinkChange> changes)
    {
        try
        {
            foreach (var message in socket.Receive("link events"))
            {
                if (Read(message) is { } change)
                {
                    changes.TryWrite(change);
                }
            }
        }
        catch (LinuxException exception) when (exception.Errno == Errno.ENOBUFS)
        {
            changes.TryWrite(new(LinkChangeKind.Everything, 0));
        }
    }

    internal static LinkChange? Read(NetlinkMessage message) => message.Type switch
    {
        RTM_NEWLINK when message.TryReadHeader<ifinfomsg>(out var link, out _) => new(LinkChangeKind.Changed, link.ifi_index),
        RTM_DELLINK when message.TryReadHeader<ifinfomsg>(out var link, out _) => new(LinkChangeKind.Removed, link.ifi_index),
        RTM_NEWADDR or RTM_DELADDR when message.TryReadHeader<ifaddrmsg>(out var address, out _) => new(LinkChangeKind.AddressChanged, (int)address.ifa_index),
        _ => null,
    };
}
