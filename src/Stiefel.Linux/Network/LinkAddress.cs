using System.Net;

namespace Stiefel.Linux.Network;

/// <summary>An address of an interface (man 7 rtnetlink, RTM_NEWADDR).</summary>
/// <param name="LinkIndex">The number of the interface.</param>
/// <param name="Address">The address; a link-local one has the interface as its zone.</param>
/// <param name="PrefixLength">Number of bits in the network part.</param>
/// <param name="IsUsable">True if duplicate-address detection has ended and found no duplicate: the address can be bound and sent from.</param>
public sealed record LinkAddress(int LinkIndex, IPAddress Address, int PrefixLength, bool IsUsable);
