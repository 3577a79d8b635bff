using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Tunnel;

/// <summary>WireGuard's keys, private, public and pre-shared alike: 32 bytes, written as 64 lower-case hexadecimal digits.</summary>
public static class TunnelKey
{
    /// <summary>Bytes.</summary>
    public const int Size = X25519.KeySize;

    /// <summary>A fresh private key, clamped as RFC 7748 §5 has it.</summary>
    public static byte[] Generate()
    {
        var key = RandomNumberGenerator.GetBytes(Size);
        key[0] &= 0xf8;
        key[^1] = (byte)((key[^1] & 0x7f) | 0x40);
        return key;
    }

    /// <summary>Its text.</summary>
    public static string Format(ReadOnlySpan<byte> key) => key.Length == Size
        ? Convert.ToHexStringLower(key)
        : throw new ArgumentException($"a key of the tunnel has {Size} bytes", nameof(key));

    /// <summary>Reads the text back. False for anything else, and for a key of zeros, which WireGuard takes for none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out byte[]? key)
    {
        key = text is { Length: 2 * Size } && text.All(char.IsAsciiHexDigitLower) ? Convert.FromHexString(text) : null;
        return key is not null && key.AsSpan().ContainsAnyExcept((byte)0);
    }
}
