using System.Collections.Concurrent;
using System.Net;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Server.Configuration;

namespace Stiefel.Server.Network;

/// <summary>
/// Packets larger than 1500 bytes on the cable to a desktop (docs/protocol.md#packet-size): whether they are tried, and the MTU of this machine's card.
/// Thread-safe.
/// </summary>
public sealed class CableMtu(ServerOptions options, ILogger<CableMtu> logger)
{
    /// <summary>The largest MTU in bytes that is chosen without a setting. Many drivers name far larger ones than their hardware does well with.</summary>
    public const int MostByItself = 9000;

    private readonly Lock _changing = new();
    private readonly Dictionary<int, Raised> _raised = [];
    private readonly HashSet<string> _said = [];
    private readonly ConcurrentDictionary<string, (int Card, string Text)> _problems = new(StringComparer.Ordinal);

    /// <summary>The largest MTU in bytes to try with a desktop; null to stay with the usual one.</summary>
    /// <param name="desktop">The desktop's address. Only an IPv6 link-local one says by which card it is reached.</param>
    /// <param name="offered">The largest MTU of the desktop's card; null if it offers none.</param>
    public int? Agree(IPAddress desktop, int? offered)
    {
        var wanted = options.Link.WantedMtu;
        if (offered is not > LargePackets.UsualMtu || wanted <= LargePackets.UsualMtu || !options.HasTunnels)
        {
            return null;
        }

        try
        {
            var most = CardTo(desktop) is { } card ? MostOf(card) : null;
            return most is null ? null : Math.Min(Math.Min(offered.Value, wanted ?? MostByItself), most.Value);
        }
        catch (LinuxException e)
        {
            logger.Link(e.Message);
            return null;
        }
    }

    /// <summary>Sets a card's MTU, unless it is that large already.</summary>
    /// <param name="session">The session for which; until it is released.</param>
    /// <param name="card">The number of the card's interface, which is another one when the card was replugged.</param>
    /// <param name="mtu">The MTU in bytes.</param>
    public void Raise(string session, int card, int mtu)
    {
        lock (_changing)
        {
            try
            {
                if (RouteNetlink.ListLinks().FirstOrDefault(link => link.Index == card) is not { } link)
                {
                    return;
                }

                if (link.Mtu < mtu)
                {
                    RouteNetlink.SetMtu(card, mtu);
                    _raised.TryAdd(card, new Raised(link.Mtu));
                    var line = $"{link.Name} takes packets of up to {mtu} bytes from now on";
                    logger.Link(line);
                }

                _raised.GetValueOrDefault(card)?.Sessions.Add(session);
            }
            catch (LinuxException e) when (_said.Add($"{card} {mtu}"))
            {
                logger.Link(e.Message);
            }
            catch (LinuxException)
            {
                // It was said before.
            }
        }
    }

    /// <summary>Gives the cards that were raised for this session alone the MTU that they had.</summary>
    public void Release(string session)
    {
        _problems.TryRemove(session, out _);
        lock (_changing)
        {
            foreach (var (card, raised) in _raised.ToList())
            {
                if (raised.Sessions.Remove(session) && raised.Sessions.Count == 0)
                {
                    _raised.Remove(card);
                    Restore(card, raised.Before);
                }
            }
        }
    }

    /// <summary>Notes what is wrong with large packets; null if nothing is.</summary>
    public void Note(string session, int card, string? problem)
    {
        if (problem is null)
        {
            _problems.TryRemove(session, out _);
        }
        else
        {
            _problems[session] = (card, problem);
        }
    }

    /// <summary>What is wrong with large packets by this card.</summary>
    public IEnumerable<string> ProblemsOf(int card) => _problems.Values.Where(problem => problem.Card == card).Select(problem => problem.Text);

    /// <summary>The interface that leads to a desktop; null if that cannot be told.</summary>
    internal static NetworkLink? CardTo(IPAddress desktop) => desktop.IsIPv6LinkLocal
        ? RouteNetlink.ListLinks().FirstOrDefault(link => link.Index == desktop.ScopeId)
        : null;

    // Outside the ramdisk the cards belong to the system, which may have set its own MTU.
    private int? MostOf(NetworkLink card)
    {
        var wanted = options.Link.WantedMtu;
        var most = wanted is null && !options.ManageNetwork ? card.Mtu : LargePackets.OfferOf(card);
        if (most is not > LargePackets.UsualMtu)
        {
            return null;
        }

        if (wanted is null && LargePackets.WhyShared(card, RouteNetlink.ListAddresses(card.Index), DefaultRoutes.ListInterfaces().Contains(card.Index)) is { } why)
        {
            var line = $"{card.Name} keeps packets of {LargePackets.UsualMtu} bytes, because other machines may be on its network: {why}; the setting Link:Mtu makes it try larger ones";
            logger.Link(line);
            return null;
        }

        return most;
    }

    private static void Restore(int card, int mtu)
    {
        try
        {
            RouteNetlink.SetMtu(card, mtu);
        }
        catch (LinuxException)
        {
            // The card is gone.
        }
    }

    /// <param name="Before">The MTU that the card had.</param>
    private sealed record Raised(int Before)
    {
        internal HashSet<string> Sessions { get; } = new(StringComparer.Ordinal);
    }
}
