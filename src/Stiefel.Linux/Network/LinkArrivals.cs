using Stiefel.Linux.Errors;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNetlink;
using static Stiefel.Linux.Interop.LinuxRtnetlink;

namespace Stiefel.Linux.Network;

/// <summary>Receives the kernel's messages about interfaces in the network namespace in which it was opened. For use on a thread of its own; <see cref="LinkMonitor"/> watches more.</summary>
public sealed class LinkArrivals : IDisposable
{
    private readonly NetlinkSocket _events;

    private LinkArrivals(NetlinkSocket events) => _events = events;

    /// <summary>Begins to listen; nothing is missed from then on.</summary>
    /// <exception cref="LinuxException">No socket can be opened.</exception>
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

    /// <summary>Waits for the next interfaces that appear or change; null if messages were lost: look at all interfaces then.</summary>
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
