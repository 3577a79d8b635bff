using System.Net;
using System.Net.Sockets;
using Stiefel.Client.Failures;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Discovery;

namespace Stiefel.Client.Search;

/// <summary>The address of a laptop that serves, and the interface that leads to it.</summary>
/// <param name="Endpoint">The boot plane's address; a link-local address has the interface as its zone.</param>
/// <param name="Link">The interface. The payload finds it again by its hardware address.</param>
internal sealed record FoundServer(IPEndPoint Endpoint, NetworkLink Link)
{
    /// <summary>The laptop that answered there; null for an address that a person named.</summary>
    public LaptopIdentity? Laptop { get; init; }

    /// <summary>Other cables by which the same laptop answered, the fastest first.</summary>
    public IReadOnlyList<FoundServer> Others { get; init; } = [];

    /// <summary>Chooses among the ways by which one laptop answered: IPv6 before IPv4, then the faster card, then the one that was heard first.</summary>
    /// <param name="ways">The ways, in the order in which they were heard.</param>
    /// <param name="speedOf">The speed of a card in Mbit/s; 0 if unknown.</param>
    public static FoundServer Best(IEnumerable<FoundServer> ways, Func<NetworkLink, int> speedOf)
    {
        var sorted = ways.OrderByDescending(way => way.Endpoint.Address.IsIPv6LinkLocal).ThenByDescending(way => speedOf(way.Link)).ToList();
        var best = sorted[0];
        if (!best.Endpoint.Address.IsIPv6LinkLocal)
        {
            return best;
        }

        // A laptop with one card, behind a switch to which two cards of this desktop lead, answers from one address: that is no second cable.
        var others = sorted.Where(way => way.Endpoint.Address.IsIPv6LinkLocal && way.Link.Mac != best.Link.Mac && !SameBytes(way, best))
            .DistinctBy(way => way.Link.Mac).DistinctBy(way => Convert.ToHexString(way.Endpoint.Address.GetAddressBytes()));
        return best with { Others = [.. others] };
    }

    private static bool SameBytes(FoundServer one, FoundServer other) => one.Endpoint.Address.GetAddressBytes().AsSpan().SequenceEqual(other.Endpoint.Address.GetAddressBytes());

    /// <summary>Makes one for an address that a person named. The kernel's routes tell the interface; nothing is sent.</summary>
    /// <exception cref="ServerException">No route leads to the address.</exception>
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
            throw new ServerException($"no route to {endpoint}: {error.Message}; is the cable in, and does this machine have an address?", error);
        }
    }

    /// <summary>
    /// Returns this machine's own IPv4 address in the server's network, as `169.254.7.8/16`; the payload's kernel does not give itself one. Null if the way is
    /// IPv6, or if the server is in another network.
    /// </summary>
    public string? OwnAddress()
    {
        if (Endpoint.AddressFamily != AddressFamily.InterNetwork)
        {
            return null;
        }

        var own = RouteNetlink.ListAddresses(Link.Index).FirstOrDefault(own =>
            own.Address.AddressFamily == AddressFamily.InterNetwork && new IPNetwork(NetworkOf(own), own.PrefixLength).Contains(Endpoint.Address));
        return own is null ? null : $"{own.Address}/{own.PrefixLength}";
    }

    /// <summary>Describes it for a person: `[fe80::1%2]:4644 by eth0`.</summary>
    public override string ToString() => $"{Endpoint} by {Link.Name}";

    private static IPAddress NetworkOf(LinkAddress own)
    {
        var bytes = own.Address.GetAddressBytes();
        for (var bit = own.PrefixLength; bit < 32; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
    }

    private static bool Has(NetworkLink link, IPAddress address) =>
        RouteNetlink.ListAddresses(link.Index).Any(own => own.Address.GetAddressBytes().AsSpan().SequenceEqual(address.GetAddressBytes())
            && (!address.IsIPv6LinkLocal || address.ScopeId == link.Index));
}
