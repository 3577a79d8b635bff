using System.Net;

namespace Stiefel.Server.Http;

/// <summary>Finds a peer's address; IPv4 addresses that come through an IPv6 socket are given as IPv4.</summary>
public static class PeerAddress
{
    /// <summary>The address that a request or connection comes from; IPv4 as IPv4, even on an IPv6 socket.</summary>
    public static IPAddress Of(HttpContext context) => Plain(context.Connection.RemoteIpAddress);

    /// <summary>The address that a request or connection comes from; IPv4 as IPv4, even on an IPv6 socket.</summary>
    public static IPAddress Of(EndPoint remote) => Plain((remote as IPEndPoint)?.Address);

    private static IPAddress Plain(IPAddress? address) =>
        address is null ? IPAddress.None : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
