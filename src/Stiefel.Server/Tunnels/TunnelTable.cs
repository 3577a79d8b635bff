using System.Collections.Concurrent;
using System.Net;
using Stiefel.Server.Http;

namespace Stiefel.Server.Tunnels;

/// <summary>Which desktop is behind which tunnel: inside, all of them have the same address. Thread-safe.</summary>
public sealed class TunnelTable
{
    private readonly ConcurrentDictionary<long, IPAddress> _machines = new();

    /// <param name="index">The tunnel's interface.</param>
    /// <param name="machine">The desktop's own address.</param>
    public void Add(int index, IPAddress machine) => _machines[index] = machine;

    public void Remove(int index) => _machines.TryRemove(index, out _);

    /// <summary>The desktop's own address, also if this is how it appears in its tunnel.</summary>
    public IPAddress MachineAt(EndPoint remote)
    {
        var address = PeerAddress.Of(remote);
        return address.IsIPv6LinkLocal && _machines.TryGetValue(address.ScopeId, out var machine) ? machine : address;
    }
}
