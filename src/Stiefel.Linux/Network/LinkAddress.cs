using System.Net;

namespace Stiefel.Linux.Network;

/// <summary>An address of an interface (man 7 rtnetlink, RTM_NEWADDR).</summary>
/// <param name="LinkIndex">The interface.</param>
/// <param name="Address">The address, a link-local one with the interface as its zone.</param>
/// <param name="PrefixLength">Bits of the network part.</param>
/// <param name="IsUsable">Duplicate-address detection is over and found none: it may be bound and sent from.</param>
public sealed record LinkAddress(int LinkIndex, IPAddress Address, int PrefixLength, bool IsUsable);
