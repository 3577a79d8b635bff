using System.Net;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Agent;

/// <summary>The card of another cable to the laptop, which is taken into the link's network namespace like the first one. Its loss disturbs nothing.</summary>
/// <param name="link">The cable.</param>
/// <param name="number">Its number, from 1.</param>
/// <param name="mtu">Size of the largest packet, in bytes; less if the card's driver can do no more.</param>
/// <param name="wasInside">True if another agent has taken it in before.</param>
internal sealed class OtherCard(OtherLink link, int number, int mtu, bool wasInside)
{
    private const int LinkLocalPrefix = 64;

    private readonly string _name = $"{CableLink.Name}{number}";
    private readonly MacAddress _mac = MacAddress.TryParse(link.Mac, out var mac) ? mac : throw new FormatException($"the session file's '{link.Mac}' is not a hardware address");

    // Other kinds of interfaces with the same address, as a bridge of the laptop's system, stay outside.
    private string? _kind;
    private bool _isKnown = wasInside;
    private int _prepared;

    /// <summary>The card's hardware address.</summary>
    internal MacAddress Mac => _mac;

    /// <summary>The laptop's address at this cable, with the card as its zone.</summary>
    internal IPAddress LaptopBy(int index) => new(link.Laptop.GetAddressBytes(), index);

    /// <summary>Moves the card in if it is outside; true if it was. Runs in the namespace of the laptop's system.</summary>
    /// <param name="outside">The interfaces there.</param>
    /// <param name="inside">The link's namespace.</param>
    /// <exception cref="LinuxException">The card cannot be moved.</exception>
    internal bool TakeIn(IReadOnlyList<NetworkLink> outside, NetworkNamespace inside)
    {
        if (CableLink.Find(outside, _mac) is not { } card || (_isKnown && card.Kind != _kind))
        {
            return false;
        }

        RouteNetlink.Move(card.Index, inside, _name);
        (_kind, _isKnown) = (card.Kind, true);
        return true;
    }

    /// <summary>Takes a step towards a usable card.</summary>
    /// <param name="inside">The interfaces of the link's namespace.</param>
    /// <returns>The card if it can be used now; otherwise null.</returns>
    internal NetworkLink? Raise(IReadOnlyList<NetworkLink> inside)
    {
        if (CableLink.Find(inside, _mac) is not { } card)
        {
            _prepared = 0;
            return null;
        }

        if (_prepared != card.Index)
        {
            DuplicateAddressDetection.Disable(card.Name);
            RouteNetlink.SetMtu(card.Index, card.MaxMtu > 0 ? Math.Min(mtu, card.MaxMtu) : mtu);
            _prepared = card.Index;
        }

        if (!card.IsUp)
        {
            RouteNetlink.SetUp(card.Index);
        }

        return card.HasCarrier && HasAddress(card) ? card : null;
    }

    private bool HasAddress(NetworkLink card)
    {
        if (RouteNetlink.ListAddresses(card.Index).Any(address => address is { Address.IsIPv6LinkLocal: true, IsUsable: true }))
        {
            return true;
        }

        try
        {
            RouteNetlink.AddAddress(card.Index, _mac.ToLinkLocalAddress(), LinkLocalPrefix);
        }
        catch (LinuxException exception) when (exception.Errno == Errno.EACCES)
        {
            Ipv6Switch.TurnOn(card.Name);
        }

        return false;
    }
}
