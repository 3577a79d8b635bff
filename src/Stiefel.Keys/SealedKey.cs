using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys;

/// <summary>
/// A key encrypted with a passphrase, as it is stored on a stick (docs/security.md#a-sealed-key). Argon2id derives the key with which AES-EAX seals
/// it. The file is text, and every parameter in it is authenticated.
/// </summary>
public sealed class SealedKey
{
    /// <summary>Largest number of characters in the file; it usually has about 200.</summary>
    public const int MaxLength = 1024;

    /// <summary>Largest number of bytes in a passphrase.</summary>
    public const int MaxPassphraseBytes = 1024;

    private const string FirstLine = "stiefel-sealed-key=1";
    private const int SaltSize = 16;

    private readonly PassphraseCost _cost;
    private readonly byte[] _salt;
    private readonly byte[] _sealed;

    private SealedKey(PassphraseCost cost, byte[] salt, byte[] sealedBytes)
    {
        _cost = cost;
        _salt = salt;
        _sealed = sealedBytes;
    }

    /// <summary>True if the content looks like a sealed key rather than a raw one.</summary>
    public static bool Looks(ReadOnlySpan<byte> content) => content.StartsWith(Encoding.ASCII.GetBytes(FirstLine));

    /// <summary>Seals a key of 16 or 32 bytes.</summary>
    /// <param name="secret">The raw key.</param>
    /// <param name="passphrase">The passphrase in UTF-8; not empty.</param>
    /// <param name="cost">The cost of one guess.</param>
    /// <exception cref="ArgumentException">A length is wrong, or the cost is outside its limits.</exception>
    public static SealedKey Seal(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> passphrase, PassphraseCost cost)
    {
        ArgumentNullException.ThrowIfNull(cost);
        if (secret.Length is not (SharedKey.Size or SharedKey.OldSize) || passphrase.Length is 0 or > MaxPassphraseBytes || !cost.IsWithinLimits)
        {
            throw new ArgumentException($"expected a key of {SharedKey.Size} or {SharedKey.OldSize} bytes, a passphrase of 1 to {MaxPassphraseBytes} bytes, and a cost within its limits");
        }

        var result = new SealedKey(cost, RandomNumberGenerator.GetBytes(SaltSize), new byte[secret.Length + AesEax.TagSize]);
        using var eax = result.CipherFor(passphrase);
        eax.Seal([], result.Header(), secret, result._sealed.AsSpan(0, secret.Length), result._sealed.AsSpan(secret.Length));
        return result;
    }

    /// <summary>Reads the file's text.</summary>
    /// <exception cref="FormatException">The text is not a sealed key, or a parameter is outside its limits.</exception>
    public static SealedKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = text.Length <= MaxLength ? text.Split('\n') : [];
        if (lines is not [FirstLine, "kdf=argon2id", var memory, var passes, var lanes, var salt, var sealedBytes, ""])
        {
            throw new FormatException($"expected the lines {FirstLine}, kdf, memory-kib, passes, lanes, salt, sealed");
        }

        var cost = new PassphraseCost(Number(memory, "memory-kib="), Number(passes, "passes="), Number(lanes, "lanes="));
        var result = new SealedKey(cost, Hex(salt, "salt="), Hex(sealedBytes, "sealed="));
        var isSealedSize = result._sealed.Length is SharedKey.Size + AesEax.TagSize or SharedKey.OldSize + AesEax.TagSize;

        // Accept only the exact text that Format writes: no leading zeros, no capitals.
        return cost.IsWithinLimits && result._salt.Length == SaltSize && isSealedSize && result.Format() == text
            ? result
            : throw new FormatException("a parameter is outside its limits");
    }

    /// <summary>Returns the file's text.</summary>
    public string Format() => $"{Encoding.ASCII.GetString(Header())}sealed={Convert.ToHexStringLower(_sealed)}\n";

    /// <summary>Opens the key; false if the passphrase is wrong or the file was altered. Takes about 0.25 s and as much memory as the file states.</summary>
    public bool TryOpen(ReadOnlySpan<byte> passphrase, string name, [NotNullWhen(true)] out SharedKey? key)
    {
        key = null;
        if (passphrase.Length is 0 or > MaxPassphraseBytes)
        {
            return false;
        }

        using var eax = CipherFor(passphrase);
        Span<byte> secret = stackalloc byte[_sealed.Length - AesEax.TagSize];
        if (eax.TryOpen([], Header(), _sealed.AsSpan(0, secret.Length), _sealed.AsSpan(secret.Length), secret))
        {
            key = SharedKey.FromBytes(secret, name);
            CryptographicOperations.ZeroMemory(secret);
        }

        return key is not null;
    }

    private AesEax CipherFor(ReadOnlySpan<byte> passphrase)
    {
        // Pinned: the derivation needs so much memory that the garbage collector runs, and it would leave a copy behind when it moves data.
        var copy = GC.AllocateUninitializedArray<byte>(passphrase.Length, pinned: true);
        passphrase.CopyTo(copy);
        var derived = _cost.Derive(copy, _salt);
        CryptographicOperations.ZeroMemory(copy);
        var eax = new AesEax(derived);
        CryptographicOperations.ZeroMemory(derived);
        return eax;
    }

    private byte[] Header() => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{FirstLine}\nkdf=argon2id\nmemory-kib={_cost.MemoryKiB}\npasses={_cost.Passes}\nlanes={_cost.Lanes}\nsalt={Convert.ToHexStringLower(_salt)}\n"));

    private static int Number(string line, string name) =>
        line.StartsWith(name, StringComparison.Ordinal) && int.TryParse(line.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"expected {name} and a number");

    private static byte[] Hex(string line, string name) => line.StartsWith(name, StringComparison.Ordinal)
        ? Convert.FromHexString(line.AsSpan(name.Length))
        : throw new FormatException($"expected {name} and hexadecimal digits");
}
