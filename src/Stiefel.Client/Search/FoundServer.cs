using System.Net;
using System.Net.Sockets;
using Stiefel.Client.Failures;
using Stiefel.Linux.Network;

namespace Stiefel.Client.Search;

/// <summary>Where a laptop answers, and the interface that leads there.</summary>
/// <param name="Endpoint">The boot plane's address; a link-local address has the interface as its zone.</param>
/// <param name="Link">The interface: its MAC is how the payload finds it again.</param>
internal sealed record FoundServer(IPEndPoint Endpoint, NetworkLink Link)
{
    /// <summary>A server that was named rather than found: the kernel's routes tell the interface; nothing is sent.</summary>
    /// <exception cref="ServerException">No route leads there.</exception>
    public static FoundServer AtAddress(IPEndPoint endpoint)
    {
        try
        {
            using var socket = new Socket(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(endpoint);
            var own = ((IPEndPoint)socket.LocalEndPoint!).Address;
            var link = RouteNetlink.ListLinks().FirstOrDefault(candidate => Has(candidate, own));
            return link is null ? throw new ServerException($"no interface has the address {own} that leads to {endpoint}") : new(endpoint, link);
        }
        catch (SocketException error)
        {
            throw new ServerException($"no way to {endpoint}: {error.Message}; are the cable in and an address set?", error);
        }
    }

    /// <summary>`[fe80::1%2]:4644 by eth0`</summary>
    public override string ToString() => $"{Endpoint} by {Link.Name}";

    private static bool Has(NetworkLink link, IPAddress address) =>
        RouteNetlink.ListAddresses(link.Index).Any(own => own.Address.GetAddressBytes().AsSpan().SequenceEqual(address.GetAddressBytes())
            && (!address.IsIPv6LinkLocal || address.ScopeId == link.Index));
}
