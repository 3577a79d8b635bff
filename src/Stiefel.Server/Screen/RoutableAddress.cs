using System.Net;
using System.Net.Sockets;
using Stiefel.Protocol.Control;

namespace Stiefel.Server.Screen;

/// <summary>The address at which a browser elsewhere reaches the control plane. It is never a link-local IPv6 address, which needs a zone that browsers do not take.</summary>
internal static class RoutableAddress
{
    /// <summary>The laptop's first address that can be routed, an IPv4 one before others; null if there is none.</summary>
    /// <param name="network">The interfaces.</param>
    /// <param name="listener">Where the control plane listens; null if it does not.</param>
    public static IPAddress? Of(NetworkStatus network, IPEndPoint? listener) => listener is null ? null : network.Interfaces
        .Where(card => card.Carrier)
        .SelectMany(card => card.Addresses)
        .Select(address => IPAddress.Parse(address.Split('/')[0]))
        .Where(address => IsRoutable(address) && IsServed(address, listener.Address))
        .OrderBy(address => address.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
        .FirstOrDefault();

    /// <summary>True for an address that a browser elsewhere can be given.</summary>
    internal static bool IsRoutable(IPAddress address) =>
        !address.IsIPv6LinkLocal && !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any) && !(address.GetAddressBytes() is [169, 254, _, _]);

    private static bool IsServed(IPAddress address, IPAddress listener) =>
        listener.Equals(IPAddress.IPv6Any) || (listener.Equals(IPAddress.Any) && address.AddressFamily == AddressFamily.InterNetwork) || listener.Equals(address);
}
