using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Linux.WireGuard;
using Stiefel.Nbd.Connections;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Tunnel;
using Stiefel.Server.Configuration;
using Stiefel.Server.Network;

namespace Stiefel.Server.Tunnels;

/// <summary>
/// A WireGuard interface for each granted desktop (docs/protocol.md#tunnel), with the block server at its inside address and nowhere else.
/// The kernel keeps the interface when the server is killed, and the next server takes it over without a new handshake.
/// </summary>
public sealed class WireGuardTunnels(
    PayloadLinkOptions link, NbdOptions nbd, NbdServer server, TunnelTable table, CableMtu cable, ILogger<WireGuardTunnels> logger) : ITunnels, IDisposable
{
    /// <summary>The most tunnels: as many as there may be guests of a snapshot.</summary>
    public const int MaxTunnels = 64;

    // The port is part of the name, so that servers running side by side do not remove each other's tunnels as leftovers.
    private const string NamePrefix = "stiefel";

    private readonly Dictionary<string, Way> _ways = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public bool AreUsed => true;

    /// <inheritdoc/>
    public void RemoveLeftovers(TunnelUser? kept)
    {
        var names = Enumerable.Range(link.Port, MaxTunnels).Where(port => port != kept?.Tunnel?.Port).Select(NameOf).ToHashSet();
        foreach (var leftover in RouteNetlink.ListLinks().Where(l => l.Kind == WireGuardNetlink.Kind && names.Contains(l.Name)))
        {
            RouteNetlink.Remove(leftover.Index);
            logger.TunnelRemoved(leftover.Name);
        }
    }

    /// <inheritdoc/>
    public TunnelRecord? Assign(TunnelRecord? keys, TunnelUser? replaced)
    {
        if (keys is null)
        {
            throw new RefusalException(new Refusal(
                RefusalCodes.Failed, "the laptop protects its link by WireGuard, and this client sent no key for it: update the stick"));
        }

        var taken = _ways.Where(way => way.Key != replaced?.Session).Select(way => way.Value.UdpPort).ToHashSet();
        return keys with { Port = Enumerable.Range(link.Port, MaxTunnels).First(port => !taken.Contains(port)) };
    }

    /// <inheritdoc/>
    public void Open(TunnelUser user)
    {
        if (user.Tunnel is not { } tunnel || _ways.ContainsKey(user.Session))
        {
            return;
        }

        var name = NameOf(tunnel.Port);
        var index = Find(name, tunnel) ?? Make(name, tunnel);
        try
        {
            RouteNetlink.AddAddress(index, TunnelPlan.Laptop, TunnelPlan.PrefixLength);
            SetUp(index, tunnel.Port);
            var inside = new IPEndPoint(new IPAddress(TunnelPlan.Laptop.GetAddressBytes(), index), nbd.Listen.Port);
            var bound = server.StartAsync(inside).GetAwaiter().GetResult();
            _ways[user.Session] = new Way(name, index, tunnel.Port, bound, TunnelPackets.Begin(user, index, link.Mtu, cable, logger));
            table.Add(index, IPAddress.TryParse(user.Desktop, out var desktop) ? desktop : IPAddress.None);
            logger.TunnelMade(name, user.Desktop, bound);
        }
        catch (SocketException e)
        {
            RouteNetlink.Remove(index);
            throw new IOException($"the block server cannot listen in the tunnel {name}, at {TunnelPlan.Laptop} port {nbd.Listen.Port} (Nbd:Listen): {e.Message}", e);
        }
        catch
        {
            RouteNetlink.Remove(index);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Close(TunnelUser user)
    {
        if (!_ways.Remove(user.Session, out var way))
        {
            return;
        }

        server.StopListening(way.Inside);
        way.Packets?.Dispose();
        RouteNetlink.Remove(way.Index);
        table.Remove(way.Index);
        logger.TunnelRemoved(way.Name);
    }

    /// <inheritdoc/>
    public long ReceivedFrom(TunnelUser user)
    {
        try
        {
            return _ways.TryGetValue(user.Session, out var way) ? WireGuardNetlink.Get(way.Index).Peers.Sum(peer => peer.ReceivedBytes) : 0;
        }
        catch (LinuxException)
        {
            // The interface is gone, so nothing arrives through it.
            return 0;
        }
    }

    /// <inheritdoc/>
    public int PortOf(TunnelUser user) => _ways.TryGetValue(user.Session, out var way) ? way.Inside.Port : nbd.Listen.Port;

    /// <summary>Removes all tunnels when the server ends normally.</summary>
    public void Dispose()
    {
        foreach (var way in _ways.Values)
        {
            way.Packets?.Dispose();
            try
            {
                RouteNetlink.Remove(way.Index);
            }
            catch (LinuxException)
            {
                // The next server removes it or takes it over.
            }
        }

        _ways.Clear();
    }

    private static string NameOf(int port) => $"{NamePrefix}{port}";

    /// <summary>The interface that an earlier server left, if its keys and port match; a different one of that name is removed.</summary>
    private int? Find(string name, TunnelRecord tunnel)
    {
        if (RouteNetlink.ListLinks().FirstOrDefault(l => l.Name == name) is not { } found)
        {
            return null;
        }

        if (found.Kind == WireGuardNetlink.Kind && IsThis(WireGuardNetlink.Get(found.Index), tunnel))
        {
            logger.TunnelTakenUp(name);
            return found.Index;
        }

        RouteNetlink.Remove(found.Index);
        return null;
    }

    private static bool IsThis(WireGuardState state, TunnelRecord tunnel) =>
        state.ListenPort == tunnel.Port
        && state.PublicKey.AsSpan().SequenceEqual(tunnel.PublicKey())
        && state.Peers is [var peer] && peer.PublicKey.AsSpan().SequenceEqual(Convert.FromHexString(tunnel.PeerKey));

    private int Make(string name, TunnelRecord tunnel)
    {
        var (key, secret) = (Convert.FromHexString(tunnel.PrivateKey), Convert.FromHexString(tunnel.PresharedKey));
        var index = RouteNetlink.AddVirtual(name, WireGuardNetlink.Kind, TunnelPlan.MtuInside(tunnel.LargestMtu ?? link.Mtu));
        try
        {
            WireGuardNetlink.Set(index, new WireGuardOptions
            {
                PrivateKey = key,
                ListenPort = tunnel.Port,
                PeerKey = Convert.FromHexString(tunnel.PeerKey),
                PresharedKey = secret,
                PeerAddress = TunnelPlan.Desktop,
                KeepAliveSeconds = TunnelPlan.KeepAliveSeconds,
            });
            return index;
        }
        catch
        {
            RouteNetlink.Remove(index);
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static void SetUp(int index, int port)
    {
        try
        {
            RouteNetlink.SetUp(index);
        }
        catch (LinuxException e) when (e.Errno == Errno.EADDRINUSE)
        {
            throw new IOException($"UDP port {port} is in use by another program; choose another one with --Link:Port", e);
        }
    }

    /// <param name="Name">The interface.</param>
    /// <param name="Index">The interface's number.</param>
    /// <param name="UdpPort">WireGuard's UDP port.</param>
    /// <param name="Inside">Where the block server listens.</param>
    /// <param name="Packets">The watch of its large packets; null if there are none.</param>
    private sealed record Way(string Name, int Index, int UdpPort, IPEndPoint Inside, TunnelPackets? Packets);
}
