using System.Collections.Concurrent;
using System.Net;
using Stiefel.Server.Http;

namespace Stiefel.Server.Tunnels;

/// <summary>Which desktop is behind which tunnel: inside, all of them have the same address. Thread-safe.</summary>
public sealed class TunnelTable
{
    private readonly ConcurrentDictionary<long, IPAddress> _desktops = new();

    /// <param name="index">The tunnel's interface.</param>
    /// <param name="desktop">The desktop's own address.</param>
    public void Add(int index, IPAddress desktop) => _desktops[index] = desktop;

    /// <summary>An interface is gone.</summary>
    public void Remove(int index) => _desktops.TryRemove(index, out _);

    /// <summary>The desktop's own address, also if this is how it appears in its tunnel.</summary>
    public IPAddress DesktopAt(EndPoint remote)
    {
        var address = PeerAddress.Of(remote);
        return address.IsIPv6LinkLocal && _desktops.TryGetValue(address.ScopeId, out var desktop) ? desktop : address;
    }
}
