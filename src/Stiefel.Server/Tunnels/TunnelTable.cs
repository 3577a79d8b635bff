using System.Collections.Concurrent;
using System.Net;
using Stiefel.Server.Http;

namespace Stiefel.Server.Tunnels;

/// <summary>Maps tunnels to desktops, because all desktops have the same address inside their tunnels. Thread-safe.</summary>
public sealed class TunnelTable : IEncryptedWays
{
    private readonly ConcurrentDictionary<long, IPAddress> _desktops = new();

    /// <param name="index">The number of the tunnel's interface.</param>
    /// <param name="desktop">The desktop's own address.</param>
    public void Add(int index, IPAddress desktop) => _desktops[index] = desktop;

    /// <summary>Forgets the tunnel of an interface that was removed.</summary>
    public void Remove(int index) => _desktops.TryRemove(index, out _);

    /// <summary>The numbers of the tunnels' interfaces.</summary>
    public IReadOnlyList<int> Interfaces => [.. _desktops.Keys.Select(index => (int)index)];

    /// <inheritdoc/>
    public bool Carry(EndPoint remote) => PeerAddress.Of(remote) is { IsIPv6LinkLocal: true } address && _desktops.ContainsKey(address.ScopeId);

    /// <summary>The desktop's own address, for an address inside its tunnel as well.</summary>
    public IPAddress DesktopAt(EndPoint remote)
    {
        var address = PeerAddress.Of(remote);
        return address.IsIPv6LinkLocal && _desktops.TryGetValue(address.ScopeId, out var desktop) ? desktop : address;
    }
}
