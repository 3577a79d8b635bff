using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Stiefel.Protocol.Handover;

/// <summary>Another cable between the two machines, which carries the tunnel while the first one does not (docs/protocol.md#session-file).</summary>
/// <param name="Mac">The hardware address of the desktop's card.</param>
/// <param name="Laptop">The laptop's IPv6 link-local address at that cable, without a zone.</param>
public sealed record OtherLink(string Mac, IPAddress Laptop)
{
    /// <summary>The largest number of them.</summary>
    public const int Most = 7;

    /// <summary>Writes them as `52:54:00:12:34:56=fe80::1`, joined by commas.</summary>
    public static string? Format(IEnumerable<OtherLink> links)
    {
        var text = string.Join(',', links.Take(Most).Select(link => $"{link.Mac}={new IPAddress(link.Laptop.GetAddressBytes())}"));
        return text.Length > 0 ? text : null;
    }

    /// <summary>Reads what <see cref="Format"/> writes; an empty list for null.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isMac">Decides what a hardware address is.</param>
    /// <param name="links">The links.</param>
    internal static bool TryParse(string? text, Func<string, bool> isMac, [NotNullWhen(true)] out IReadOnlyList<OtherLink>? links)
    {
        List<OtherLink> read = [];
        links = read;
        foreach (var one in text?.Split(',') ?? [])
        {
            if (one.Split('=') is not [var mac, var address] || !isMac(mac) || address.Contains('%', StringComparison.Ordinal) || address.Contains('[', StringComparison.Ordinal)
                || !IPAddress.TryParse(address, out var laptop) || laptop.AddressFamily != AddressFamily.InterNetworkV6 || !laptop.IsIPv6LinkLocal || read.Count == Most)
            {
                links = null;
                return false;
            }

            read.Add(new OtherLink(mac, laptop));
        }

        return true;
    }
}
