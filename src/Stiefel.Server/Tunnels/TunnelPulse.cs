using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.Errors;
using Stiefel.Linux.WireGuard;
using Stiefel.Protocol.Tunnel;

namespace Stiefel.Server.Tunnels;

/// <summary>
/// Sends a datagram into each tunnel from which nothing comes. The laptop's WireGuard then begins a handshake within 15 s, and repeats it every five until it is
/// answered. It would not do so by its keepalive packets alone as long as it has keys (WireGuard, section 6.5: only data that is not answered counts),
/// and the desktop's own handshakes are dropped if its clock was set back: so an outage could last until the laptop's keys expire, three minutes later.
/// </summary>
/// <param name="table">The tunnels.</param>
/// <param name="received">Returns the bytes received in a tunnel, by its interface's number; null if it is gone.</param>
/// <param name="send">Sends a datagram into a tunnel, by its interface's number.</param>
public sealed class TunnelPulse(TunnelTable table, Func<int, long?> received, Action<int> send) : BackgroundService
{
    // Nothing listens there, and an answer of any kind will do (IANA: discard).
    private const int Discard = 9;

    // A tunnel in order brings something within a keepalive's interval; one packet may get lost.
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2 * TunnelPlan.KeepAliveSeconds);

    private readonly Dictionary<int, long> _before = [];

    /// <param name="table">The tunnels.</param>
    public TunnelPulse(TunnelTable table)
        : this(table, ReceivedBy, SendInto)
    {
    }

    /// <summary>Looks at all tunnels once, and sends into those that brought nothing since the last look.</summary>
    internal void Look()
    {
        var tunnels = table.Interfaces;
        foreach (var gone in _before.Keys.Except(tunnels).ToList())
        {
            _before.Remove(gone);
        }

        foreach (var index in tunnels)
        {
            if (received(index) is not { } now)
            {
                continue;
            }

            if (_before.TryGetValue(index, out var before) && before == now)
            {
                send(index);
            }

            _before[index] = now;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken token)
    {
        using var timer = new PeriodicTimer(s_interval);
        while (await timer.WaitForNextTickAsync(token))
        {
            Look();
        }
    }

    private static long? ReceivedBy(int index)
    {
        try
        {
            return WireGuardNetlink.Get(index).Peers.Sum(peer => peer.ReceivedBytes);
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    private static void SendInto(int index)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
            _ = socket.SendTo([0], new IPEndPoint(new IPAddress(TunnelPlan.Desktop.GetAddressBytes(), index), Discard));
        }
        catch (SocketException)
        {
            // The tunnel is gone, or memory is short for a moment.
        }
    }
}
