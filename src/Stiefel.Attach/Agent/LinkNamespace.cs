using Stiefel.Attach.Console;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;

namespace Stiefel.Attach.Agent;

/// <summary>
/// The network namespace of the link, in which the agent lives with its card, the tunnel and the disk's socket. No network manager, filter, sysctl or VPN
/// of the laptop's system reaches in there. The kernel's NBD client does not exist inside and is asked outside; it takes a socket from anywhere.
///
/// A card that was unplugged comes back outside. A thread that stayed there hears of it from the kernel and takes it in at once, whatever udev or a network
/// manager are about to do with it. When the namespace ends, the kernel puts the card back outside.
/// </summary>
internal sealed class LinkNamespace
{
    // The agent's stacks are locked memory.
    private const int StackBytes = 256 * 1024;

    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    private readonly MacAddress _mac;
    private readonly Action<string> _say;
    private readonly NetworkNamespace? _outside;
    private readonly NetworkNamespace? _inside;
    private string? _said;

    // What the card is, nothing else of that address is: whatever the laptop's system makes (a bridge, a macvlan) is left to it.
    private string? _kind;
    private bool _isKnown;

    private LinkNamespace(MacAddress mac, Action<string> say, NetworkNamespace? outside, NetworkNamespace? inside) =>
        (_mac, _say, _outside, _inside) = (mac, say, outside, inside);

    /// <summary>It is the laptop's system's own after all.</summary>
    internal bool IsShared => _outside is null;

    /// <summary>
    /// Takes the calling thread into a new one, all threads that it starts from now on, and the card, for which it waits. Where that cannot be, it says
    /// so and the thread stays where it is.
    /// </summary>
    internal static LinkNamespace Enter(MacAddress mac, AttachLog log) => Enter(mac, log.Say, WaitingReport.WhileBooting(log));

    internal static LinkNamespace Enter(MacAddress mac, Action<string> say, WaitingReport waiting)
    {
        NetworkNamespace? outside = null;
        var isInside = false;
        try
        {
            outside = NetworkNamespace.OfThisThread();
            NetworkNamespace.Leave();
            isInside = true;
            var link = new LinkNamespace(mac, say, outside, NetworkNamespace.OfThisThread());
            DuplicateAddressDetection.DisableByDefault();
            link.WaitForCard(waiting);
            new Thread(link.WatchOutside, StackBytes) { IsBackground = true }.Start();
            return link;
        }
        catch (LinuxException exception)
        {
            say($"the link has no network namespace of its own, so that network managers and filters of this system reach it: {exception.Message}");
            if (isInside)
            {
                outside!.Enter();
            }

            outside?.Dispose();
            return new LinkNamespace(mac, say, null, null);
        }
    }

    /// <summary>Does something where the laptop's system is.</summary>
    internal T Outside<T>(Func<T> work) => _outside is null ? work() : _outside.Run(work);

    private void WaitForCard(WaitingReport waiting)
    {
        var pause = new Backoff();
        while (!_outside!.Run(() => TakeIn(RouteNetlink.ListLinks())))
        {
            waiting.Say(CableLink.NotThere(_mac));
            pause.Wait();
        }
    }

    private void WatchOutside()
    {
        while (true)
        {
            try
            {
                _outside!.Enter();
                using var arrivals = LinkArrivals.Open();
                TakeIn(RouteNetlink.ListLinks());
                while (true)
                {
                    TakeIn(arrivals.Next() ?? RouteNetlink.ListLinks());
                }
            }
            catch (Exception exception)
            {
                // Whatever it was, a card that comes back later must be found.
                if (_said != exception.Message)
                {
                    _say($"the link's card cannot be taken out of this system's hands: {exception.Message}");
                }

                _said = exception.Message;
                Thread.Sleep(s_afterFailure);
            }
        }
    }

    private bool TakeIn(IReadOnlyList<NetworkLink> links)
    {
        if (CableLink.Find(links, _mac) is not { } card || (_isKnown && card.Kind != _kind))
        {
            return false;
        }

        try
        {
            RouteNetlink.Move(card.Index, _inside!, CableLink.Name);
        }
        catch (LinuxException exception) when (exception.Errno == Errno.ENODEV)
        {
            // Gone again, or taken in after an earlier word of it.
            return false;
        }
        catch (LinuxException exception) when (exception.Errno == Errno.EEXIST)
        {
            // It is inside; its name still belongs to the one that is being unplugged.
        }

        (_kind, _isKnown) = (card.Kind, true);
        return true;
    }
}
