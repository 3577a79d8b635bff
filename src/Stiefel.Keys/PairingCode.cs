using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys;

/// <summary>
/// A key in a form that a person can type, in groups of five characters (docs/security.md#a-pairing-code). The code *is* the key, so it is no easier to
/// guess. A group has four characters of Crockford's base32 and a check character, so that a typing error is found at once, with its place.
/// </summary>
public static class PairingCode
{
    /// <summary>Smallest number of bits of the key's hash behind the key; they catch errors that the check characters miss.</summary>
    private const int LeastCheckBits = 12;

    private const int GroupData = 4;
    private const int BitsPerCharacter = 5;
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>The number of groups for a key of so many bytes: 7 for 16 bytes, 14 for 32.</summary>
    public static int GroupsOf(int keyBytes) => ((keyBytes * 8) + LeastCheckBits + (GroupData * BitsPerCharacter) - 1) / (GroupData * BitsPerCharacter);

    /// <summary>Encodes a key as groups with hyphens between them; the text is as secret as the key.</summary>
    /// <exception cref="ArgumentException">The length is wrong.</exception>
    public static string Encode(ReadOnlySpan<byte> secret)
    {
        if (secret.Length is not (SharedKey.Size or SharedKey.OldSize))
        {
            throw new ArgumentException($"expected {SharedKey.Size} or {SharedKey.OldSize} bytes, got {secret.Length}", nameof(secret));
        }

        Span<byte> bits = stackalloc byte[((GroupsOf(secret.Length) * GroupData * BitsPerCharacter) + 7) / 8];
        secret.CopyTo(bits);
        Check(secret).CopyTo(bits[secret.Length..]);
        var groups = new string[GroupsOf(secret.Length)];
        Span<int> values = stackalloc int[GroupData];
        for (var group = 0; group < groups.Length; group++)
        {
            for (var i = 0; i < GroupData; i++)
            {
                values[i] = Bits(bits, ((group * GroupData) + i) * BitsPerCharacter);
            }

            groups[group] = string.Create(GroupData + 1, (values.ToArray(), group), static (text, state) =>
            {
                for (var i = 0; i < GroupData; i++)
                {
                    text[i] = Alphabet[state.Item1[i]];
                }

                text[GroupData] = Alphabet[GroupCheck(state.Item1, state.group)];
            });
        }

        CryptographicOperations.ZeroMemory(bits);
        return string.Join('-', groups);
    }

    /// <summary>Decodes typed text. Case, blanks and hyphens do not matter; O is read as 0, and I and L as 1.</summary>
    /// <param name="typed">The typed text.</param>
    /// <param name="secret">The key, in pinned memory; the caller overwrites it after use.</param>
    /// <param name="problem">If the text is not a valid code, one line for the person who typed it.</param>
    public static bool TryDecode(ReadOnlySpan<char> typed, [NotNullWhen(true)] out byte[]? secret, [NotNullWhen(false)] out string? problem)
    {
        secret = null;

        // Use the stack, where the garbage collector does not move data and leave copies behind.
        Span<int> values = stackalloc int[GroupsOf(SharedKey.Size) * (GroupData + 1)];
        try
        {
            return TryRead(typed, values, out var count, out problem) && TryAssemble(values[..count], out secret, out problem);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(values));
        }
    }

    private static bool TryRead(ReadOnlySpan<char> typed, Span<int> values, out int count, [NotNullWhen(false)] out string? problem)
    {
        count = 0;
        foreach (var letter in typed)
        {
            if (letter is ' ' or '-' or '\t')
            {
                continue;
            }

            var value = Alphabet.IndexOf(char.ToUpperInvariant(letter) switch { 'O' => '0', 'I' or 'L' => '1', var other => other }, StringComparison.Ordinal);
            if (value < 0 || count == values.Length)
            {
                problem = value < 0 ? $"'{letter}' cannot be part of a pairing code (group {(count / (GroupData + 1)) + 1})" : "this is too long for a pairing code";
                return false;
            }

            values[count++] = value;
        }

        problem = null;
        return true;
    }

    private static bool TryAssemble(ReadOnlySpan<int> values, [NotNullWhen(true)] out byte[]? secret, [NotNullWhen(false)] out string? problem)
    {
        secret = null;
        var groups = values.Length / (GroupData + 1);
        for (var group = 0; group < groups; group++)
        {
            var part = values.Slice(group * (GroupData + 1), GroupData + 1);
            if (GroupCheck(part[..GroupData], group) != part[GroupData])
            {
                problem = $"there is a typing error in group {group + 1}";
                return false;
            }
        }

        var size = groups == GroupsOf(SharedKey.OldSize) ? SharedKey.OldSize : groups == GroupsOf(SharedKey.Size) ? SharedKey.Size : 0;
        if (size == 0 || values.Length % (GroupData + 1) != 0)
        {
            problem = $"a pairing code has {GroupsOf(SharedKey.OldSize)} or {GroupsOf(SharedKey.Size)} groups of {GroupData + 1} characters; this has {values.Length} characters";
            return false;
        }

        Span<byte> bits = stackalloc byte[((groups * GroupData * BitsPerCharacter) + 7) / 8];
        bits.Clear();
        for (var i = 0; i < groups * GroupData; i++)
        {
            SetBits(bits, i * BitsPerCharacter, values[i + (i / GroupData)]);
        }

        if (bits[size..].SequenceEqual(Check(bits[..size])))
        {
            secret = GC.AllocateUninitializedArray<byte>(size, pinned: true);
            bits[..size].CopyTo(secret);
        }

        CryptographicOperations.ZeroMemory(bits);
        problem = secret is null ? "each group is valid by itself, but they do not form a code together; check their order" : null;
        return secret is not null;
    }

    // Odd weights have an inverse modulo 32, so a single wrong character never passes. The group's number detects groups in the wrong order.
    private static int GroupCheck(ReadOnlySpan<int> values, int group)
    {
        var sum = 7 * (group + 1);
        for (var i = 0; i < GroupData; i++)
        {
            sum += ((2 * i) + 1) * values[i];
        }

        return sum % Alphabet.Length;
    }

    // The bits that fill up the last group: the first bits of the key's hash, then zeros.
    private static byte[] Check(ReadOnlySpan<byte> secret)
    {
        var bits = (GroupsOf(secret.Length) * GroupData * BitsPerCharacter) - (secret.Length * 8);
        var label = "stiefel pairing code"u8;
        Span<byte> hashed = stackalloc byte[label.Length + secret.Length];
        label.CopyTo(hashed);
        secret.CopyTo(hashed[label.Length..]);
        var check = SHA256.HashData(hashed)[..((bits + 7) / 8)];
        CryptographicOperations.ZeroMemory(hashed);
        check[^1] &= (byte)(0xff << ((8 - (bits % 8)) % 8));
        return check;
    }

    private static int Bits(ReadOnlySpan<byte> bytes, int at)
    {
        var pair = (bytes[at / 8] << 8) | ((at / 8) + 1 < bytes.Length ? bytes[(at / 8) + 1] : 0);
        return (pair >> (16 - BitsPerCharacter - (at % 8))) & 31;
    }

    private static void SetBits(Span<byte> bytes, int at, int value)
    {
        var pair = value << (16 - BitsPerCharacter - (at % 8));
        bytes[at / 8] |= (byte)(pair >> 8);
        if ((at / 8) + 1 < bytes.Length)
        {
            bytes[(at / 8) + 1] |= (byte)pair;
        }
    }
}
