using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;

namespace Stiefel.Linux.Network;

/// <summary>IPv4 link-local addresses (RFC 3927): what two machines on a cable use if one of them has no IPv6.</summary>
public static class Ipv4LinkLocal
{
    /// <summary>Prefix length of 169.254.0.0/16.</summary>
    public const int PrefixLength = 16;

    // RFC 3927 §2.1: the first and the last 256 addresses of 169.254.0.0/16 are reserved.
    private const int Reserved = 256;
    private const int Usable = 65536 - (2 * Reserved);

    /// <summary>The address that a card tries for itself: the same at every start, so that the other end finds it again.</summary>
    /// <param name="mac">The card's hardware address.</param>
    /// <param name="attempt">Rises by one each time the address is in use already.</param>
    public static IPAddress Of(MacAddress mac, int attempt)
    {
        Span<byte> seed = stackalloc byte[MacAddress.Size + sizeof(int)];
        mac.ToBytes().CopyTo(seed);
        BinaryPrimitives.WriteInt32BigEndian(seed[MacAddress.Size..], attempt);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(seed, hash);
        var host = (BinaryPrimitives.ReadUInt32BigEndian(hash) % Usable) + Reserved;
        return new IPAddress([169, 254, (byte)(host >> 8), (byte)host]);
    }

    /// <summary>True for an address of 169.254.0.0/16.</summary>
    public static bool Contains(IPAddress address) => address.GetAddressBytes() is [169, 254, _, _];
}
