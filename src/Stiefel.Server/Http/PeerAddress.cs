using System.Net;

namespace Stiefel.Server.Http;

/// <summary>The peer's address; IPv4 as such even where a listener speaks both families.</summary>
public static class PeerAddress
{
    /// <summary>Where a request or connection comes from; IPv4 as such, also from a socket of IPv6.</summary>
    public static IPAddress Of(HttpContext context) => Plain(context.Connection.RemoteIpAddress);

    /// <summary>Where a request or connection comes from; IPv4 as such, also from a socket of IPv6.</summary>
    public static IPAddress Of(EndPoint remote) => Plain((remote as IPEndPoint)?.Address);

    private static IPAddress Plain(IPAddress? address) =>
        address is null ? IPAddress.None : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
