namespace Stiefel.Linux.Network;

/// <summary>Packets larger than those that every Ethernet carries (jumbo frames).</summary>
public static class LargePackets
{
    /// <summary>The MTU in bytes that every Ethernet carries (IEEE 802.3 §3.2.7).</summary>
    public const int UsualMtu = 1500;

    private const int MostMtu = 65535;

    /// <summary>
    /// The largest MTU in bytes that a card's driver accepts; null if that is unknown or not more than the usual one. A virtual interface has none,
    /// because it shares its MTU with what is below it; only an end of a virtual cable (veth) is like a card.
    /// </summary>
    public static int? OfferOf(NetworkLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        return link is { Kind: null or "veth", MaxMtu: > UsualMtu } ? Math.Min(link.MaxMtu, MostMtu) : null;
    }

    /// <summary>Why other machines may be on the interface's network, which cannot do with large packets; null if it looks like a cable of its own.</summary>
    /// <param name="link">The interface.</param>
    /// <param name="addresses">Its addresses.</param>
    /// <param name="hasDefaultRoute">True if a default route leads through it.</param>
    public static string? WhyShared(NetworkLink link, IEnumerable<LinkAddress> addresses, bool hasDefaultRoute)
    {
        ArgumentNullException.ThrowIfNull(link);
        return link.Master != 0 ? "it belongs to a bridge or bond"
            : hasDefaultRoute ? "a default route leads through it"
            : addresses.FirstOrDefault(own => !own.Address.IsIPv6LinkLocal && !Ipv4LinkLocal.Contains(own.Address)) is { } address ? $"it has the address {address.Address}"
            : null;
    }
}
