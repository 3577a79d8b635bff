using Stiefel.Attach.Console;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Boot;

namespace Stiefel.Attach.Agent;

/// <summary>
/// The network namespace of the link, which holds the agent, its card, the tunnel and the disk's socket. No network manager, firewall, sysctl or VPN of
/// the laptop's system reaches into it. The kernel's NBD client can be reached only from outside it, but takes a socket of any namespace.
///
/// A card that was unplugged comes back outside. A thread that stayed outside hears of it from the kernel and moves it in at once, before udev or a
/// network manager can change it. When the namespace ends, the kernel puts the card back outside.
/// </summary>
internal sealed class LinkNamespace
{
    // Keep the stack small: the agent's memory is locked.
    private const int StackBytes = 256 * 1024;

    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    private readonly MacAddress _mac;
    private readonly Action<string> _say;
    private readonly NetworkNamespace? _outside;
    private readonly NetworkNamespace? _inside;
    private string? _said;

    // What the laptop's system called the card, and how else it might know it.
    private string _name = CableLink.Name;
    private IReadOnlyList<string> _furtherNames = [];

    // The kind of interface that was moved in first. Other kinds with the same address (a bridge or macvlan of the laptop's system) stay outside.
    private string? _kind;
    private bool _isKnown;

    private LinkNamespace(MacAddress mac, Action<string> say, NetworkNamespace? outside, NetworkNamespace? inside) =>
        (_mac, _say, _outside, _inside) = (mac, say, outside, inside);

    /// <summary>True if no namespace could be made, and the link shares that of the laptop's system.</summary>
    internal bool IsShared => _outside is null;

    /// <summary>
    /// Moves the calling thread, threads that it starts later, and the card into a new namespace; waits for the card. If that fails, reports it and
    /// leaves the thread where it is.
    /// </summary>
    /// <param name="mac">The card's hardware address.</param>
    /// <param name="internet">If the laptop's system may use the network behind the card.</param>
    /// <param name="log">Receives what is waited for, and what fails.</param>
    internal static LinkNamespace Enter(MacAddress mac, LinkInternet internet, AttachLog log) => Enter(mac, internet, log.Say, WaitingReport.WhileBooting(log));

    internal static LinkNamespace Enter(MacAddress mac, LinkInternet internet, Action<string> say, WaitingReport waiting)
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
            link.Door = internet == LinkInternet.No ? null : LanDoor.TryMake(mac, say);
            link.WaitForCard(waiting);
            link.HangDoor(internet);
            new Thread(link.WatchOutside, StackBytes) { IsBackground = true }.Start();
            return link;
        }
        catch (LinuxException exception)
        {
            say($"the link has no network namespace of its own, so this system's network managers and firewalls can disturb it: {exception.Message}");
            if (isInside)
            {
                outside!.Enter();
            }

            outside?.Dispose();
            return new LinkNamespace(mac, say, null, null);
        }
    }

    /// <summary>Goes on in the namespace that an agent made which was killed, and in which the calling thread is.</summary>
    /// <param name="mac">The card's hardware address.</param>
    /// <param name="outside">The namespace of the laptop's system; null if the link shares it.</param>
    /// <param name="kind">The kind of interface that was moved in; null for hardware.</param>
    /// <param name="say">Writes a line to the kernel's log.</param>
    internal static LinkNamespace GoOn(MacAddress mac, NetworkNamespace? outside, string? kind, Action<string> say)
    {
        var link = new LinkNamespace(mac, say, outside, outside is null ? null : NetworkNamespace.OfThisThread())
        {
            _kind = kind, _isKnown = true, Door = outside is null ? null : LanDoor.Find(mac, say),
        };
        if (outside is not null)
        {
            new Thread(link.WatchOutside, StackBytes) { IsBackground = true }.Start();
        }

        return link;
    }

    /// <summary>The way to the network behind the card; null if there is none.</summary>
    internal LanDoor? Door { get; private set; }

    /// <summary>What the stand-by must know of it.</summary>
    internal IEnumerable<StandByMessage> Holdings =>
        _outside is null ? [] : [new(StandByWord.Outside, "", _outside.Handle), new(StandByWord.Card, _kind ?? "")];

    /// <summary>Runs the work in the network namespace of the laptop's system.</summary>
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

    private void HangDoor(LinkInternet internet)
    {
        if (Door is not { } door || CableLink.Find(RouteNetlink.ListLinks(), _mac) is not { } card)
        {
            return;
        }

        if (!door.TryHang(card.Index, _outside!, _name, _furtherNames))
        {
            Door = null;
        }
        else if (internet == LinkInternet.Yes)
        {
            door.Open();
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
                // Go on after any failure, because a card that comes back later must be found.
                if (_said != exception.Message)
                {
                    _say($"the link's network card cannot be moved into the link's network namespace: {exception.Message}");
                }

                _said = exception.Message;
                Thread.Sleep(s_afterFailure);
            }
        }
    }

    private bool TakeIn(IReadOnlyList<NetworkLink> links)
    {
        var door = Door?.OutsideIndex;
        if (CableLink.Find([.. links.Where(link => link.Index != door)], _mac) is not { } card || (_isKnown && card.Kind != _kind))
        {
            return false;
        }

        if (!_isKnown)
        {
            (_name, _furtherNames) = (card.Name, FurtherNames.Of(card.Name, _mac));
        }

        try
        {
            RouteNetlink.Move(card.Index, _inside!, Door is null ? CableLink.Name : CableLink.Card);
        }
        catch (LinuxException exception) when (exception.Errno == Errno.ENODEV)
        {
            // The card is gone again, or an earlier announcement has already moved it in.
            return false;
        }
        catch (LinuxException exception) when (exception.Errno == Errno.EEXIST)
        {
            // The card was moved in but not renamed: the name still belongs to its former interface, which is being unplugged.
        }

        (_kind, _isKnown) = (card.Kind, true);
        return true;
    }
}
