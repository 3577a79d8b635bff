using System.Globalization;
using System.Net;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Agent;

/// <summary>
/// The interface to the laptop. It is found by its hardware address, because its number changes when it is replugged and udev may change its
/// name. If there is a bridge of its name, the card is that one's port, and the addresses are the bridge's (<see cref="LanDoor"/>).
/// Needs neither /proc nor /sys to be mounted: after switch-root the agent has none.
/// </summary>
/// <param name="mac">The hardware address.</param>
/// <param name="mtu">Size of the largest packet, in bytes; less if the card's driver can do no more.</param>
/// <param name="say">Receives settings that cannot be made.</param>
/// <param name="systems">The name of an interface of the running system, which is used as it is; null if the interface belongs to the agent alone.</param>
/// <param name="ownAddress">The IPv4 address and prefix length to give the card; null if the laptop is reached by IPv6.</param>
internal sealed class CableLink(MacAddress mac, int mtu, Action<string> say, string? systems = null, string? ownAddress = null)
{
    /// <summary>The interface's name. udev keeps it, because it is given before udev starts (systemd.link, NamePolicy=keep).</summary>
    internal const string Name = "stiefellink";

    /// <summary>The name of a card that is the port of a bridge.</summary>
    internal const string Card = "stiefelcard";

    private const int LinkLocalPrefix = 64;

    // The kernel makes its own link-local address within this time unless something forbids it.
    private static readonly TimeSpan s_ownAddress = TimeSpan.FromSeconds(2);

    private int _prepared;
    private bool _isFirst = true;
    private long _carrierSince = long.MaxValue;

    /// <summary>Takes one step towards a usable interface: does what can be done now and returns what is still missing.</summary>
    internal CableLinkState Raise(bool needsLinkLocal)
    {
        if (systems is not null)
        {
            return RaiseSystems(systems, needsLinkLocal);
        }

        if (Find(RouteNetlink.ListLinks(), mac) is not { } link)
        {
            _prepared = 0;
            return new(0, NotThere(mac));
        }

        // An interface that has just been moved into the link's network namespace is down.
        if (_prepared != link.Index || !link.IsUp)
        {
            Prepare(link, mayInterrupt: _isFirst);
            _prepared = link.Index;
            _isFirst = false;
            link = Find(RouteNetlink.ListLinks(), mac) ?? link;
        }

        RouteNetlink.SetUp(link.Index);
        var way = LanDoor.FindBridge() ?? link;
        if (way.Index != link.Index)
        {
            RouteNetlink.SetUp(way.Index);
        }

        AddOwnAddress(way.Index);
        if (!link.HasCarrier)
        {
            _carrierSince = long.MaxValue;
            return new(way.Index, $"{Name} ({mac}) has no carrier: is the cable plugged in, is the laptop on?");
        }

        _carrierSince = Math.Min(_carrierSince, Environment.TickCount64);
        return new(way.Index, needsLinkLocal ? MissingLinkLocal(way) : null, link.Mtu);
    }

    // Find it by name, because a bridge has the address of its card. Add the address again if a network manager removed it.
    private CableLinkState RaiseSystems(string name, bool needsLinkLocal)
    {
        if (RouteNetlink.ListLinks().FirstOrDefault(link => link.Name == name) is not { } link)
        {
            return new(0, $"there is no network interface {name} any more: is the adapter plugged in?");
        }

        if (!link.HasCarrier)
        {
            _carrierSince = long.MaxValue;
            return new(link.Index, $"{name} has no carrier: is it up, is the cable plugged in, is the laptop on?");
        }

        _carrierSince = Math.Min(_carrierSince, Environment.TickCount64);
        return new(link.Index, needsLinkLocal ? MissingLinkLocal(link) : null);
    }

    /// <summary>True if the card is plugged in.</summary>
    internal bool IsThere => Find(RouteNetlink.ListLinks(), mac) is not null;

    /// <summary>Reads the card's hardware address from the session.</summary>
    /// <exception cref="FormatException">The session names no valid address.</exception>
    internal static MacAddress MacOf(AttachSession session) =>
        MacAddress.TryParse(session.Mac, out var mac) ? mac : throw new FormatException($"the session file's '{session.Mac}' is not a hardware address");

    /// <summary>The message for the person at the desktop when the card is missing.</summary>
    internal static string NotThere(MacAddress mac) => $"no network interface has the address {mac}: is the adapter plugged in?";

    /// <summary>Finds the interface with this address, preferring hardware: bridges and VLANs share the address of the interface below them.</summary>
    internal static NetworkLink? Find(IReadOnlyList<NetworkLink> links, MacAddress mac) => links
        .Where(link => (link.Mac == mac || link.PermanentMac == mac) && link.IsEthernetLike)
        .OrderByDescending(link => link.Name == Name)
        .ThenByDescending(link => link.Kind is null)
        .ThenBy(link => link.Index)
        .FirstOrDefault();

    private void Prepare(NetworkLink link, bool mayInterrupt)
    {
        Try(() => DuplicateAddressDetection.Disable(link.Name));
        Try(() => Arm(link.Name));
        var possible = link.MaxMtu > 0 ? Math.Min(mtu, link.MaxMtu) : mtu;
        if (link.Mtu != possible)
        {
            Try(() => RouteNetlink.SetMtu(link.Index, possible));
        }

        var bridge = LanDoor.FindBridge();
        if (bridge is not null)
        {
            Plug(link, bridge, possible);
        }

        var name = bridge is null ? Name : Card;
        if (link.Name != name)
        {
            // Kernels before 6.2 rename only interfaces that are down. After the first time, an interface in use keeps its name, on which nothing depends.
            if (link.IsUp && mayInterrupt)
            {
                Try(() => RouteNetlink.SetDown(link.Index));
            }

            Try(() => RouteNetlink.Rename(link.Index, name));
        }
    }

    // The card's address belongs to the laptop's system, to which the bridge passes on what is sent there.
    private void Plug(NetworkLink card, NetworkLink bridge, int largest)
    {
        Try(() => RouteNetlink.MakeNoAddress(card.Index));
        EthernetBridge.AddPort(card.Index, bridge.Index);
        Try(() => EthernetBridge.PassOn(card.Index, card.Mac));
        if (LanDoor.FindBridge() is { } now && now.Mtu != largest)
        {
            Try(() => RouteNetlink.SetMtu(now.Index, largest));
        }
    }

    // `stiefel wake` switches this desktop on by the magic packet.
    private void Arm(string name)
    {
        if (WakeOnLan.Arm(name))
        {
            say($"{mac} listens for the magic packet while this machine is off");
        }
    }

    private void AddOwnAddress(int index)
    {
        if (ownAddress?.Split('/') is [var address, var prefix])
        {
            RouteNetlink.AddAddress(index, IPAddress.Parse(address), int.Parse(prefix, CultureInfo.InvariantCulture));
        }
    }

    private string? MissingLinkLocal(NetworkLink link)
    {
        var addresses = RouteNetlink.ListAddresses(link.Index).Where(address => address.Address.IsIPv6LinkLocal).ToList();
        if (addresses.Exists(address => address.IsUsable))
        {
            return null;
        }

        var missing = $"{link.Name} ({mac}) has no usable IPv6 link-local address yet";
        try
        {
            if (addresses.Count == 0 && Environment.TickCount64 - _carrierSince > (long)s_ownAddress.TotalMilliseconds)
            {
                AddLinkLocal(link);
            }

            return missing;
        }
        catch (LinuxException exception)
        {
            return $"{missing}: {exception.Message}";
        }
    }

    private void AddLinkLocal(NetworkLink link)
    {
        try
        {
            RouteNetlink.AddAddress(link.Index, link.Kind == EthernetBridge.Kind ? link.Mac.ToLinkLocalAddress() : mac.ToLinkLocalAddress(), LinkLocalPrefix);
        }
        catch (LinuxException exception) when (exception.Errno == Errno.EACCES)
        {
            // The laptop's system may switch IPv6 off everywhere (net.ipv6.conf.all.disable_ipv6). Once it is on, the kernel makes the
            // address itself, or the next look finds none and adds it.
            Ipv6Switch.TurnOn(link.Name);
        }
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (LinuxException exception)
        {
            say(exception.Message);
        }
    }
}

/// <summary>The interface's progress towards being usable.</summary>
/// <param name="Index">The interface's index; 0 if there is no interface.</param>
/// <param name="Missing">Tells a person what is still missing; null if nothing is.</param>
/// <param name="Mtu">The card's MTU in bytes; 0 if the interface is not the agent's own.</param>
internal readonly record struct CableLinkState(int Index, string? Missing, int Mtu = 0);
