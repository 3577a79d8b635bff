using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Handover;

namespace Stiefel.Attach.Agent;

/// <summary>
/// The interface to the laptop. It is known by its hardware address, because its number changes when it is replugged and its name when
/// udev pleases. Needs neither /proc nor /sys to be mounted: after switch-root the agent has none.
/// </summary>
internal sealed class CableLink(MacAddress mac, int mtu, Action<string> say)
{
    /// <summary>Its name, which udev keeps because it was given before udev began (systemd.link, NamePolicy=keep).</summary>
    internal const string Name = "stiefellink";

    private const int LinkLocalPrefix = 64;

    // The kernel makes its own address within this time, or something has forbidden it to.
    private static readonly TimeSpan s_ownAddress = TimeSpan.FromSeconds(2);

    private int _prepared;
    private bool _isFirst = true;
    private long _carrierSince = long.MaxValue;

    /// <summary>One step towards a usable interface: does what can be done now and says what is still missing.</summary>
    internal CableLinkState Raise(bool needsLinkLocal)
    {
        if (Find(RouteNetlink.ListLinks(), mac) is not { } link)
        {
            _prepared = 0;
            return new(0, NotThere(mac));
        }

        // One that has just been taken into the link's network namespace is down.
        if (_prepared != link.Index || !link.IsUp)
        {
            Prepare(link, mayInterrupt: _isFirst);
            _prepared = link.Index;
            _isFirst = false;
        }

        RouteNetlink.SetUp(link.Index);
        if (!link.HasCarrier)
        {
            _carrierSince = long.MaxValue;
            return new(link.Index, $"{Name} ({mac}) has no carrier: is the cable plugged in, is the laptop on?");
        }

        _carrierSince = Math.Min(_carrierSince, Environment.TickCount64);
        return new(link.Index, needsLinkLocal ? MissingLinkLocal(link) : null);
    }

    /// <summary>The card's address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    internal static MacAddress MacOf(AttachSession session) =>
        MacAddress.TryParse(session.Mac, out var mac) ? mac : throw new FormatException($"'{session.Mac}' is no hardware address");

    /// <summary>For a person.</summary>
    internal static string NotThere(MacAddress mac) => $"no network interface has the address {mac}: is the adapter plugged in?";

    /// <summary>Hardware before anything stacked upon it: bridges and VLANs share the address of what they stand on.</summary>
    internal static NetworkLink? Find(IReadOnlyList<NetworkLink> links, MacAddress mac) => links
        .Where(link => (link.Mac == mac || link.PermanentMac == mac) && link.IsEthernetLike)
        .OrderByDescending(link => link.Name == Name)
        .ThenByDescending(link => link.Kind is null)
        .ThenBy(link => link.Index)
        .FirstOrDefault();

    private void Prepare(NetworkLink link, bool mayInterrupt)
    {
        Try(() => DuplicateAddressDetection.Disable(link.Name));
        if (link.Mtu != mtu)
        {
            Try(() => RouteNetlink.SetMtu(link.Index, mtu));
        }

        if (link.Name != Name)
        {
            // Kernels before 6.2 rename only what is down. Later, an interface in use is left as it is: nothing here depends on the name.
            if (link.IsUp && mayInterrupt)
            {
                Try(() => RouteNetlink.SetDown(link.Index));
            }

            Try(() => RouteNetlink.Rename(link.Index, Name));
        }
    }

    private string? MissingLinkLocal(NetworkLink link)
    {
        var addresses = RouteNetlink.ListAddresses(link.Index).Where(address => address.Address.IsIPv6LinkLocal).ToList();
        if (addresses.Exists(address => address.IsUsable))
        {
            return null;
        }

        var missing = $"{Name} ({mac}) has no usable IPv6 link-local address yet";
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
            RouteNetlink.AddAddress(link.Index, mac.ToLinkLocalAddress(), LinkLocalPrefix);
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

/// <summary>How far it is.</summary>
/// <param name="Index">The interface's number; 0 if there is none.</param>
/// <param name="Missing">What is still missing, for a person; null if nothing.</param>
internal readonly record struct CableLinkState(int Index, string? Missing);
