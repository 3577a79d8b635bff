using System.Net;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Linux.WireGuard;
using Stiefel.Protocol.Tunnel;
using Stiefel.Server.Network;

namespace Stiefel.Server.Tunnels;

/// <summary>
/// The large packets of one tunnel (docs/protocol.md#packet-size). They are used from the beginning: the desktop, which tries them before it connects,
/// tells this end's TCP by its maximum segment size how large they may be. If they get lost later, this end goes on with small ones by itself.
/// </summary>
public sealed class TunnelPackets : IDisposable
{
    private readonly TunnelUser _user;
    private readonly int _index;
    private readonly int _usual;
    private readonly int _largest;
    private readonly CableMtu _cable;
    private readonly ILogger _logger;
    private readonly PacketSizeWatch _watch;
    private int _card;
    private volatile bool _isOver;

    private TunnelPackets(TunnelUser user, int index, int usual, int largest, CableMtu cable, ILogger logger)
    {
        (_user, _index, _usual, _largest, _cable, _logger) = (user, index, usual, largest, cable, logger);
        _card = IPAddress.TryParse(user.Desktop, out var desktop) && desktop.IsIPv6LinkLocal ? (int)desktop.ScopeId : 0;
        _watch = new PacketSizeWatch(new PacketSizeOptions
        {
            Index = index, Peer = TunnelPlan.Desktop, Safe = TunnelPlan.MtuInside(usual), Full = TunnelPlan.MtuInside(largest), IsTrusted = true,
            BeforeRound = KeepCard, Changed = Tell,
        });
    }

    /// <summary>Sets the MTU of the card, and begins the watch.</summary>
    /// <param name="user">The tunnel's session.</param>
    /// <param name="index">The number of the tunnel's interface.</param>
    /// <param name="usual">The cable's usual MTU in bytes.</param>
    /// <param name="cable">The cards.</param>
    /// <param name="logger">Receives what changes.</param>
    /// <returns>Null if no larger packets were agreed.</returns>
    /// <exception cref="LinuxException">The tunnel is gone.</exception>
    public static TunnelPackets? Begin(TunnelUser user, int index, int usual, CableMtu cable, ILogger logger)
    {
        if (user.Tunnel?.LargestMtu is not { } largest || largest <= usual)
        {
            return null;
        }

        var packets = new TunnelPackets(user, index, usual, largest, cable, logger);
        cable.Raise(user.Session, packets._card, largest);
        EchoSocket.Allow();
        packets._watch.Start();
        return packets;
    }

    /// <summary>Ends the watch, and gives the card the MTU that it had.</summary>
    public void Dispose()
    {
        _isOver = true;
        _watch.Dispose();
        _cable.Release(_user.Session);
    }

    // A card that was replugged is another interface, with the MTU of its driver; WireGuard knows where the desktop was heard last.
    private void KeepCard()
    {
        if (_isOver)
        {
            return;
        }

        try
        {
            if (WireGuardNetlink.Get(_index).Peers is [{ Endpoint: { Address: { IsIPv6LinkLocal: true } address } }])
            {
                _card = (int)address.ScopeId;
            }

            _cable.Raise(_user.Session, _card, _largest);
        }
        catch (LinuxException)
        {
            // The tunnel is being removed.
        }
    }

    private void Tell(PacketSizeChange change)
    {
        if (change.IsUsed)
        {
            _logger.LargePacketsBack(_user.Desktop, _largest);
            _cable.Note(_user.Session, _card, null);
        }
        else if (!change.HasWorked)
        {
            _logger.LargePacketsNotCarried(_user.Desktop, _largest, _usual);
        }
        else
        {
            _logger.LargePacketsLost(_user.Desktop, _largest, _usual);
            _cable.Note(_user.Session, _card, $"packets of {_largest} bytes get lost on the way to {_user.Desktop}: those of {_usual} are used; is there a switch on the way, or another adapter?");
        }
    }
}
