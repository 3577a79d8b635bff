using Stiefel.Linux.Errors;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNetlink;
using static Stiefel.Linux.Interop.LinuxRtnetlink;

namespace Stiefel.Linux.Network;

/// <summary>Interfaces as the kernel announces them, in the network namespace in which this was opened. For a thread of its own; see <see cref="LinkMonitor"/> for more.</summary>
public sealed class LinkArrivals : IDisposable
{
    private readonly NetlinkSocket _events;

    private LinkArrivals(NetlinkSocket events) => _events = events;

    /// <summary>From now on nothing is missed.</summary>
    /// <exception cref="LinuxException">No socket can be had.</exception>
    public static LinkArrivals Open()
    {
        var events = NetlinkSocket.Open(NETLINK_ROUTE);
        try
        {
            events.Join(RTNLGRP_LINK);
            return new LinkArrivals(events);
        }
        catch
        {
            events.Dispose();
            throw;
        }
    }

    /// <summary>Waits for those that appeared or changed next; null if more did than the kernel could queue: look at all.</summary>
    /// <exception cref="LinuxException">The socket fails.</exception>
    public IReadOnlyList<NetworkLink>? Next()
    {
        try
        {
            List<NetworkLink> links = [];
            foreach (var message in _events.Receive("link events"))
            {
                if (RouteNetlink.ReadLink(message) is { } link)
                {
                    links.Add(link);
                }
            }

            return links;
        }
        catch (LinuxException exception) when (exception.Errno == Errno.ENOBUFS)
        {
            return null;
        }
    }

    public void Dispose() => _events.Dispose();
}
