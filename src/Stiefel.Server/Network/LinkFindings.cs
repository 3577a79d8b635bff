using Stiefel.Linux.Network;

namespace Stiefel.Server.Network;

/// <summary>Finds what is wrong with an interface that carries a disk, and says what to do about it.</summary>
public static class LinkFindings
{
    /// <summary>One line for each finding; none if all is well.</summary>
    /// <param name="link">The interface.</param>
    /// <param name="card">Its hardware, as sysfs describes it.</param>
    /// <param name="modes">The speeds that both ends offer.</param>
    /// <param name="hasAddress">True if it has an address that a desktop can reach.</param>
    /// <param name="payloadMtu">The MTU that desktops are told to use (Link:Mtu).</param>
    public static IEnumerable<string> Of(NetworkLink link, LinkHardware card, LinkModes modes, bool hasAddress, int payloadMtu)
    {
        if (!link.IsUp)
        {
            yield return "it is down: ip link set dev " + link.Name + " up";
            yield break;
        }

        if (!link.HasCarrier)
        {
            yield return "no carrier: plug the cable in at both ends, and switch the other machine on";
            yield break;
        }

        if (!hasAddress)
        {
            yield return "it has no address: IPv6 is switched off on this machine, and no other address is set";
        }

        if (card.IsHalfDuplex)
        {
            yield return "half duplex: one end is set to a fixed speed; set both to negotiate";
        }

        var both = Math.Min(modes.OwnMbit ?? 0, modes.PartnerMbit ?? 0);
        if (card.SpeedMbit < both)
        {
            yield return $"it runs at {card.SpeedMbit} Mbit/s although both ends can do {both}: try another cable";
        }
        else if (card.IsSlow)
        {
            yield return $"{card.SpeedMbit} Mbit/s is slow for a disk: use a faster port or adapter" + (modes.PartnerMbit <= LinkHardware.SlowMbit ? " at the other end" : "");
        }

        if (card.IsInSlowPort)
        {
            yield return $"its USB port carries {card.UsbMbit} Mbit/s: plug it into a USB 3 port";
        }

        if (link.Mtu < payloadMtu)
        {
            yield return $"its packets have at most {link.Mtu} bytes, and Link:Mtu tells desktops to send {payloadMtu}";
        }
    }
}
