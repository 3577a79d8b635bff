using System.Net;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Interop;
using Stiefel.Linux.Netlink;
using static Stiefel.Linux.Interop.LinuxNetlink;
using static Stiefel.Linux.Interop.LinuxRtnetlink;

namespace Stiefel.Linux.Network;

/// <summary>
/// Finds out whether an IPv4 address is in use on a cable before it is assigned, as RFC 5227 §2.1.1 wants it. The kernel asks by ARP on its behalf, so it needs
/// no raw socket and no CAP_NET_RAW. It waits less than that document says, because a machine at the other end of a cable answers within milliseconds.
/// </summary>
public static class AddressProbe
{
    private const int Looks = 15;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns true after three tenths of a second if nobody has answered for the address.</summary>
    /// <exception cref="LinuxException">The interface is gone or down.</exception>
    public static async Task<bool> IsFreeAsync(int index, IPAddress address, CancellationToken token)
    {
        using var socket = NetlinkSocket.Open(NETLINK_ROUTE);
        var what = $"neighbour {address} of interface {index}";
        socket.Request(Request($"ask for {what}", RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, index, NTF_USE, address));
        try
        {
            for (var look = 0; look < Looks; look++)
            {
                await Task.Delay(s_pause, token);
                if (socket.Request(new NetlinkRequest("RTM_GETNEIGH", RTM_GETNEIGH, NLM_F_DUMP).Header(new ndmsg { ndm_family = SysSocket.AF_INET }))
                    .Any(message => IsAnswered(message, index, address)))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            Forget(socket, what, index, address);
        }
    }

    /// <summary>
    /// True for an entry with a hardware address that the neighbour gave. Before the loopback or any IPv4 address was up, the kernel takes every address for a
    /// broadcast and asks nobody (inet_addr_type, net/ipv4/fib_frontend.c): such an entry needs no ARP and is no answer.
    /// </summary>
    internal static bool IsAnswered(NetlinkMessage message, int index, IPAddress address)
    {
        if (message.Type != RTM_NEWNEIGH || !message.TryReadHeader<ndmsg>(out var header, out var attributes) || header.ndm_ifindex != index || (header.ndm_state & NUD_NOARP) != 0)
        {
            return false;
        }

        var (isAsked, hasCard) = (false, false);
        foreach (var attribute in attributes)
        {
            isAsked |= attribute.Type == NDA_DST && attribute.Value.SequenceEqual(address.GetAddressBytes());
            hasCard |= attribute.Type == NDA_LLADDR;
        }

        return isAsked && hasCard;
    }

    private static void Forget(NetlinkSocket socket, string what, int index, IPAddress address)
    {
        try
        {
            socket.Request(Request($"forget {what}", RTM_DELNEIGH, 0, index, 0, address));
        }
        catch (LinuxException)
        {
            // The entry went with its interface; in all other cases the kernel drops it in time.
        }
    }

    private static NetlinkRequest Request(string what, ushort type, ushort options, int index, byte flags, IPAddress address) =>
        new NetlinkRequest(what, type, options)
            .Header(new ndmsg { ndm_family = SysSocket.AF_INET, ndm_ifindex = index, ndm_flags = flags })
            .Attribute(NDA_DST, address.GetAddressBytes());
}
