using System.Net;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Network;
using Stiefel.Protocol.Control;
using Stiefel.Server.Configuration;
using Stiefel.Server.Desktops;

namespace Stiefel.Server.Network;

/// <summary>Reports the interfaces as they are now.</summary>
public sealed class NetworkReport(ServerOptions options, DesktopLog desktops, CableMtu cable)
{
    private const string Tunnel = "wireguard";

    /// <summary>All interfaces that speak Ethernet.</summary>
    /// <exception cref="LinuxException">The kernel does not list its interfaces.</exception>
    public NetworkStatus Now()
    {
        var machines = desktops.Snapshot().Select(machine => machine.Address).ToList();
        return new NetworkStatus([.. RouteNetlink.ListLinks().Where(link => link.IsEthernetLike && link.Kind != Tunnel).OrderBy(link => link.Index).Select(link => Describe(link, machines))]);
    }

    private InterfaceStatus Describe(NetworkLink link, IReadOnlyList<string> machines)
    {
        var card = LinkHardware.Of(link.Name);
        var modes = LinkModes.Of(link.Name);
        var addresses = RouteNetlink.ListAddresses(link.Index);
        return new InterfaceStatus
        {
            Name = link.Name,
            Mac = link.Mac.ToString(),
            Driver = card.Driver,
            Kind = link.Kind,
            Up = link.IsUp,
            Carrier = link.HasCarrier,
            SpeedMbit = link.HasCarrier ? card.SpeedMbit : null,
            Duplex = link.HasCarrier ? card.Duplex : null,
            UsbMbit = card.UsbMbit,
            Mtu = link.Mtu,
            PartnerMbit = link.HasCarrier ? modes.PartnerMbit : null,
            Addresses = [.. addresses.Select(address => $"{WithoutScope(address.Address)}/{address.PrefixLength}")],
            Machines = [.. machines.Where(machine => IsBehind(machine, link))],
            Problems = [.. LinkFindings.Of(link, card, modes, addresses.Any(address => address.IsUsable), options.Link.Mtu), .. cable.ProblemsOf(link.Index)],
        };
    }

    // Only a link-local address says by which interface its machine is reached.
    private static bool IsBehind(string machine, NetworkLink link) => IPAddress.TryParse(machine, out var address) && address.IsIPv6LinkLocal && address.ScopeId == link.Index;

    private static IPAddress WithoutScope(IPAddress address) => address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes()) : address;
}
