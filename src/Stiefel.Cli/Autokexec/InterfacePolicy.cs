using System.Net;
using System.Net.Sockets;
using Stiefel.Cli.Configuration;
using Stiefel.Linux.Network;

namespace Stiefel.Cli.Autokexec;

/// <summary>Decides on which interfaces and from which addresses calls count. Applies to holders of a key only: strangers get no answer anyway.</summary>
internal sealed class InterfacePolicy(AutokexecConfiguration configuration)
{
    /// <summary>One line that says why a call is refused; null if it counts.</summary>
    public string? Refusal(int index, IPAddress sender)
    {
        if (RouteNetlink.ListLinks().FirstOrDefault(link => link.Index == index) is not { } link)
        {
            return $"interface {index} is gone";
        }

        if (!link.IsEthernetLike)
        {
            return $"{link.Name} is no Ethernet interface";
        }

        if (configuration.Interfaces.Count > 0 && !configuration.Interfaces.Contains(link.Name))
        {
            return $"{link.Name} is not among autokexec.interfaces";
        }

        if (!configuration.Internet && DefaultRoutes.ListInterfaces().Contains(index))
        {
            return $"{link.Name} leads to the internet (it has a default route); `autokexec.internet: true` allows that";
        }

        return IsNeighbour(link, sender) ? null : $"{sender} is not in {link.Name}'s own network";
    }

    // Routers do not forward link-local addresses, and outsiders have no address of the interface's own network.
    private static bool IsNeighbour(NetworkLink link, IPAddress sender) => sender.AddressFamily == AddressFamily.InterNetworkV6
        ? sender.IsIPv6LinkLocal
        : RouteNetlink.ListAddresses(link.Index).Any(own => own.Address.AddressFamily == AddressFamily.InterNetwork
            && new IPNetwork(BaseOf(own), own.PrefixLength).Contains(sender));

    private static IPAddress BaseOf(LinkAddress own)
    {
        var bytes = own.Address.GetAddressBytes();
        for (var bit = own.PrefixLength; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
    }
}
