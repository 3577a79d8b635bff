using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Tunnel;

/// <summary>A WireGuard key (private, public or pre-shared): 32 bytes, written as 64 lower-case hexadecimal digits.</summary>
public static class TunnelKey
{
    /// <summary>Size in bytes.</summary>
    public const int Size = X25519.KeySize;

    /// <summary>Makes a fresh private key, clamped as in RFC 7748 §5.</summary>
    public static byte[] Generate()
    {
        var key = RandomNumberGenerator.GetBytes(Size);
        key[0] &= 0xf8;
        key[^1] = (byte)((key[^1] & 0x7f) | 0x40);
        return key;
    }

    /// <summary>Writes a key as text.</summary>
    public static string Format(ReadOnlySpan<byte> key) => key.Length == Size
        ? Convert.ToHexStringLower(key)
        : throw new ArgumentException($"a tunnel key must have {Size} bytes", nameof(key));

    /// <summary>Parses a key; false if it is malformed or all zeros, which WireGuard treats as no key.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out byte[]? key)
    {
        key = text is { Length: 2 * Size } && text.All(char.IsAsciiHexDigitLower) ? Convert.FromHexString(text) : null;
        return key is not null && key.AsSpan().ContainsAnyExcept((byte)0);
    }
}
