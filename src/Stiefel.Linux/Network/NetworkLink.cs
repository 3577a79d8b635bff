namespace Stiefel.Linux.Network;

/// <summary>A network interface as the kernel describes it (man 7 rtnetlink, RTM_NEWLINK).</summary>
/// <param name="Index">The kernel's number; a replugged adapter gets a new one.</param>
/// <param name="Name">Its present name; udev may change it.</param>
/// <param name="Mac">Its hardware address; zero if it has none, or not one of 48 bits.</param>
/// <param name="IsUp">True if it was set up (IFF_UP), which says nothing about the cable.</param>
/// <param name="HasCarrier">True if a cable is connected and the other end answers; always false while the interface is not up.</param>
/// <param name="OperState">The state by RFC 2863: up, down, dormant, lowerlayerdown, notpresent, testing, unknown.</param>
/// <param name="Mtu">Length of the largest packet in bytes.</param>
/// <param name="IsEthernetLike">True if it uses Ethernet frames (ARPHRD_ETHER), so that it can be the cable.</param>
public sealed record NetworkLink(
    int Index, string Name, MacAddress Mac, bool IsUp, bool HasCarrier, string OperState, int Mtu, bool IsEthernetLike)
{
    /// <summary>The kind of virtual interface (IFLA_INFO_KIND): bridge, vlan, veth and so on; null for hardware.</summary>
    public string? Kind { get; init; }

    /// <summary>The card's built-in address, whatever address is set now; null if the card has none, or the kernel is older than 5.6.</summary>
    public MacAddress? PermanentMac { get; init; }

    /// <summary>The smallest MTU in bytes that the driver accepts (IFLA_MIN_MTU); 0 if unknown.</summary>
    public int MinMtu { get; init; }

    /// <summary>The largest MTU in bytes that the driver accepts (IFLA_MAX_MTU); 0 if it names no limit, or the kernel is older than 4.19.</summary>
    public int MaxMtu { get; init; }

    /// <summary>The number of the bridge or bond that the interface belongs to; 0 if it belongs to none.</summary>
    public int Master { get; init; }

    /// <summary>
    /// The number of the interface that this one uses, or of a virtual cable's other end (IFLA_LINK), which may be in another network namespace; 0 or the
    /// interface's own number for none.
    /// </summary>
    public int Below { get; init; }
}
