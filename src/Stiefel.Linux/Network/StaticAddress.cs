using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Stiefel.Linux.Network;

/// <summary>An address that a person gives a card: `52:54:00:12:34:56=192.168.7.1/24`.</summary>
/// <param name="Card">The card's hardware address; names of interfaces differ between systems.</param>
/// <param name="Address">IPv4 or IPv6.</param>
/// <param name="PrefixLength">Number of bits of the network.</param>
public sealed record StaticAddress(MacAddress Card, IPAddress Address, int PrefixLength)
{
    /// <summary>Describes a valid text, for messages.</summary>
    public const string Expected = "a card's address, = and an address with its prefix length, as 52:54:00:12:34:56=192.168.7.1/24";

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out StaticAddress? result)
    {
        result = null;
        if (text?.Split('=') is not [var card, var rest] || rest.Split('/') is not [var address, var prefix]
            || !MacAddress.TryParse(card, out var mac) || !TryParseAddress(address, out var parsed)
            || !int.TryParse(prefix, NumberStyles.None, CultureInfo.InvariantCulture, out var bits) || bits < 1 || bits > 8 * parsed.GetAddressBytes().Length)
        {
            return false;
        }

        result = new StaticAddress(mac, parsed, bits);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Card}={Address}/{PrefixLength}";

    // IPAddress also accepts `7`, `0x7f.1` and `[fe80::1]:80`, and a zone, which is the card here.
    private static bool TryParseAddress(string text, [NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.')
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || text == address.ToString());
}
