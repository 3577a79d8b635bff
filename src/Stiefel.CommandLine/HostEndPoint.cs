using System.Globalization;
using System.Net;

namespace Stiefel.CommandLine;

/// <summary>Reads the address of another machine as a person types it: a host, with or without a port.</summary>
public static class HostEndPoint
{
    /// <summary>Reads an address: `192.168.1.5`, `192.168.1.5:80`, `fe80::1%eth0`, `[fe80::1%eth0]:80`. Null if the text is not an address.</summary>
    /// <param name="text">The typed text.</param>
    /// <param name="usualPort">The port to use if none was typed.</param>
    public static IPEndPoint? ParseAddress(string text, int usualPort)
    {
        // An IPv6 address contains colons itself, so try to read the text as an address without a port first.
        if (!text.StartsWith('[') && IPAddress.TryParse(text, out var address))
        {
            return new IPEndPoint(address, usualPort);
        }

        return !IPEndPoint.TryParse(text, out var endpoint) ? null
            : endpoint.Port == 0 ? new IPEndPoint(endpoint.Address, usualPort)
            : endpoint;
    }

    /// <summary>Reads an address as <see cref="ParseAddress"/> does, or a name: `laptop`, `laptop:80`. Null if the text is neither.</summary>
    /// <param name="text">The typed text.</param>
    /// <param name="usualPort">The port to use if none was typed.</param>
    public static EndPoint? Parse(string text, int usualPort)
    {
        if (ParseAddress(text, usualPort) is { } endpoint)
        {
            return endpoint;
        }

        var parts = text.Split(':', 2);
        var port = usualPort;
        var isPort = parts is [_] || (int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= IPEndPoint.MaxPort);
        return isPort && Uri.CheckHostName(parts[0]) == UriHostNameType.Dns ? new DnsEndPoint(parts[0], port) : null;
    }
}
