using System.Net.Sockets;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Linux.WireGuard;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Several cables between the two machines: takes all of their cards into the link's network namespace, and sends the tunnel by the one that
/// <see cref="CableChoice"/> names. The laptop's WireGuard answers where it was heard last, so that its side needs nothing. Runs on a thread of its own.
/// </summary>
/// <param name="firstMac">The hardware address of the first cable's card.</param>
/// <param name="raiseFirst">Takes a step towards a usable first card, and tells its state.</param>
/// <param name="others">The other cards, the fastest first.</param>
/// <param name="tunnel">The tunnel.</param>
/// <param name="space">The link's namespace.</param>
/// <param name="say">Receives lines for the kernel's log.</param>
internal sealed class CableSwitch(string firstMac, Func<CableLinkState> raiseFirst, IReadOnlyList<OtherCard> others, LaptopTunnel tunnel, LinkNamespace space, Action<string> say)
{
    // Keep the stack small: the agent's memory is locked.
    private const int StackBytes = 256 * 1024;

    private const int Echo = 64;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_lookOutside = TimeSpan.FromSeconds(1);

    private readonly CableChoice _choice = new(() => Environment.TickCount64);
    private readonly HashSet<string> _said = [];
    private EchoSocket? _echo;
    private int _echoAt;
    private ushort _number;
    private volatile object? _other;

    // The cable that the tunnel goes by, and the number of its card, which is another one when the card was replugged.
    private (int Cable, int Card) _turned = (-1, 0);

    /// <summary>The state of the other card that the tunnel goes by; null while it goes by the first. Any thread may ask.</summary>
    internal CableLinkState? Other => _other as CableLinkState?;

    /// <summary>Begins; the calling thread is in the link's namespace.</summary>
    internal void Start() => new Thread(Run, StackBytes) { IsBackground = true }.Start();

    private void Run()
    {
        using var inside = NetworkNamespace.OfThisThread();
        var isFirst = true;
        var outside = -(long)s_lookOutside.TotalMilliseconds;
        while (true)
        {
            try
            {
                if (Environment.TickCount64 - outside >= (long)s_lookOutside.TotalMilliseconds)
                {
                    outside = Environment.TickCount64;
                    TakeIn(inside);
                }

                isFirst = Look(isFirst);
            }
            catch (Exception exception) when (exception is LinuxException or SocketException)
            {
                // A card or the tunnel went away meanwhile; the next look sees it.
                Say(exception.Message);
            }

            Thread.Sleep(s_look);
        }
    }

    private void TakeIn(NetworkNamespace inside)
    {
        var here = RouteNetlink.ListLinks();
        var missing = others.Where(card => CableLink.Find(here, card.Mac) is null).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        foreach (var card in space.Outside(() => missing.Where(card => TryTakeIn(card, inside)).ToList()))
        {
            Say($"the cable at {card.Mac} leads to the laptop as well, and carries the disk while the first one does not");
        }
    }

    private bool TryTakeIn(OtherCard card, NetworkNamespace inside)
    {
        try
        {
            return card.TakeIn(RouteNetlink.ListLinks(), inside);
        }
        catch (LinuxException exception)
        {
            Say(exception.Message);
            return false;
        }
    }

    private bool Look(bool isFirst)
    {
        var first = raiseFirst();
        var links = RouteNetlink.ListLinks();
        var cards = others.Select(card => card.Raise(links)).ToList();
        if (links.FirstOrDefault(link => link.Name == LaptopTunnel.Name && link.Kind == WireGuardNetlink.Kind) is not { } way
            || WireGuardNetlink.Get(way.Index).Peers is not [var peer])
        {
            return isFirst;
        }

        if (isFirst)
        {
            // An agent before this one may have turned the tunnel already.
            _choice.BeginWith(1 + cards.FindIndex(card => card is not null && peer.Endpoint?.Address is { IsIPv6LinkLocal: true } laptop && laptop.ScopeId == card.Index));
        }

        var asks = _choice.Look([first.Missing is null, .. cards.Select(card => card is not null)], peer.ReceivedBytes, CanAsk(way));
        Turn(way.Index, first, cards, mayStay: isFirst);
        if (asks)
        {
            _echo?.Send(++_number, Echo);
        }

        return false;
    }

    private void Turn(int way, CableLinkState first, List<NetworkLink?> cards, bool mayStay)
    {
        var cable = _choice.Current;
        var card = cable == 0 ? null : cards[cable - 1];
        var index = cable == 0 ? first.Index : card?.Index ?? 0;
        if (index == 0 || _turned == (cable, index))
        {
            return;
        }

        if (!mayStay || cable > 0)
        {
            tunnel.Turn(way, cable == 0 ? null : others[cable - 1].LaptopBy(index), index);
        }

        if (!mayStay && _turned.Cable != cable)
        {
            say($"the disk's cable is now that at {(cable == 0 ? firstMac : others[cable - 1].Mac.ToString())}");
        }

        _turned = (cable, index);
        _other = card is null ? null : new CableLinkState(card.Index, null, card.Mtu);
    }

    // The socket belongs to the tunnel's interface, which may be made anew.
    private bool CanAsk(NetworkLink way)
    {
        if (_echoAt == way.Index || !way.IsUp)
        {
            return _echo is not null && way.IsUp;
        }

        _echo?.Dispose();
        _echo = null;
        _echoAt = way.Index;
        try
        {
            var echo = new EchoSocket(way.Index, TunnelPlan.Laptop, 2 * Echo);
            _echo = echo;
            return true;
        }
        catch (SocketException exception)
        {
            Say($"a cable that stays silent is not noticed while it has a carrier: {exception.Message}");
            return false;
        }
    }

    // The same may happen at each look.
    private void Say(string line)
    {
        const int MostLines = 100;
        if (_said.Count < MostLines && _said.Add(line))
        {
            say(line);
        }
    }
}
