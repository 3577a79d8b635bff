using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Stiefel.Linux.Network;

/// <summary>A 48-bit hardware address (EUI-48).</summary>
public readonly record struct MacAddress
{
    /// <summary>Length of an address in bytes.</summary>
    public const int Size = 6;

    private readonly ulong _value;

    private MacAddress(ulong value) => _value = value;

    /// <summary>Makes an address from six bytes in transmission order; throws <see cref="ArgumentException"/> for another length.</summary>
    public static MacAddress FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"a hardware address has {Size} bytes, not {bytes.Length}", nameof(bytes));
        }

        ulong value = 0;
        foreach (var b in bytes)
        {
            value = (value << 8) | b;
        }

        return new(value);
    }

    /// <summary>Parses `52:54:00:12:34:56`, in upper or lower case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MacAddress address)
    {
        address = default;
        if (text is null || text.Length != (Size * 3) - 1)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Size];
        for (var i = 0; i < Size; i++)
        {
            var digits = text.AsSpan(i * 3, 2);
            if ((i > 0 && text[(i * 3) - 1] != ':') || !byte.TryParse(digits, NumberStyles.AllowHexSpecifier, null, out bytes[i]))
            {
                return false;
            }
        }

        address = FromBytes(bytes);
        return true;
    }

    /// <summary>The six bytes in transmission order.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        for (var i = 0; i < Size; i++)
        {
            bytes[i] = (byte)(_value >> (8 * (Size - 1 - i)));
        }

        return bytes;
    }

    /// <summary>
    /// Another address for the same machine, which no maker gave to a card: with the bit for locally administered addresses (IEEE 802 §8.4), or, if it is set
    /// already, with a further bit changed.
    /// </summary>
    public MacAddress ToLocal()
    {
        const ulong localBit = 0x0200_0000_0000;
        const ulong furtherBit = 0x0400_0000_0000;
        return new((_value & localBit) == 0 ? _value | localBit : _value ^ furtherBit);
    }

    /// <summary>The IPv6 link-local address derived from it (RFC 4291 appendix A, modified EUI-64), without a zone.</summary>
    public IPAddress ToLinkLocalAddress()
    {
        var mac = ToBytes();
        return new IPAddress([0xfe, 0x80, 0, 0, 0, 0, 0, 0, (byte)(mac[0] ^ 2), mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]]);
    }

    /// <summary>Recovers the address from which a link-local IPv6 address was derived; false if it was made in another way.</summary>
    public static bool TryFromLinkLocalAddress(IPAddress address, out MacAddress mac)
    {
        mac = default;
        if (!address.IsIPv6LinkLocal || address.GetAddressBytes() is not [_, _, _, _, _, _, _, _, var first, var b, var c, 0xff, 0xfe, var d, var e, var f])
        {
            return false;
        }

        mac = FromBytes([(byte)(first ^ 2), b, c, d, e, f]);
        return true;
    }

    /// <summary>The address in lower case with colons.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToBytes()).Insert(10, ":").Insert(8, ":").Insert(6, ":").Insert(4, ":").Insert(2, ":");
}
