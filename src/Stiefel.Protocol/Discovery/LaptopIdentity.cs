using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Stiefel.Protocol.Discovery;

/// <summary>
/// Identifies the laptop that answers (docs/protocol.md#which-laptop). It is always sent encrypted, for holders of the key only: a constant
/// number or name in plain text would tell everybody where the laptop is.
/// </summary>
/// <param name="Id">16 lower-case hexadecimal digits, the same in the laptop's own system and in the ramdisk.</param>
/// <param name="Name">Name for people, at most <see cref="MaxNameBytes"/> bytes of UTF-8; may be empty, and need not be unique.</param>
public sealed record LaptopIdentity(string Id, string Name)
{
    /// <summary>Largest size of a name, in bytes of UTF-8.</summary>
    public const int MaxNameBytes = 63;

    /// <summary>Length of an id in characters.</summary>
    public const int IdLength = 2 * IdSize;

    //  0 id, 8 bytes · 8 length of the name, 1 byte · 9 the name, then zeros
    internal const int Size = NameOffset + MaxNameBytes;
    private const int IdSize = 8;
    private const int LengthOffset = IdSize;
    private const int NameOffset = IdSize + 1;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Makes an id that reveals nothing about its source.</summary>
    /// <param name="numbers">Numbers that are unique to this machine.</param>
    public static string IdOf(string numbers)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"stiefel laptop {numbers}"), hash);
        return Convert.ToHexStringLower(hash[..IdSize]);
    }

    /// <summary>True for 16 lower-case hexadecimal digits.</summary>
    public static bool IsId([NotNullWhen(true)] string? text) => text is { Length: IdLength } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Makes an identity with as much of the name as fits.</summary>
    /// <exception cref="ArgumentException">The id is malformed.</exception>
    public static LaptopIdentity Of(string id, string name)
    {
        if (!IsId(id))
        {
            throw new ArgumentException($"expected {IdLength} lower-case hexadecimal digits", nameof(id));
        }

        var shown = new StringBuilder();
        var length = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            length += rune.Utf8SequenceLength;
            if (length > MaxNameBytes)
            {
                break;
            }

            shown.Append(rune.ToString());
        }

        return new LaptopIdentity(id, shown.ToString());
    }

    internal void Write(Span<byte> bytes)
    {
        bytes[..Size].Clear();
        Convert.FromHexString(Id, bytes, out _, out _);
        bytes[LengthOffset] = (byte)s_strict.GetBytes(Name, bytes[NameOffset..Size]);
    }

    internal static LaptopIdentity? Read(ReadOnlySpan<byte> bytes)
    {
        int length = bytes[LengthOffset];
        if (bytes.Length != Size || length > MaxNameBytes || bytes[(NameOffset + length)..].ContainsAnyExcept((byte)0))
        {
            return null;
        }

        try
        {
            return new LaptopIdentity(Convert.ToHexStringLower(bytes[..IdSize]), s_strict.GetString(bytes.Slice(NameOffset, length)));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
