using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys;

/// <summary>
/// A key under a passphrase, as it lies on a stick (docs/security.md#a-sealed-key): text, whose every parameter is authenticated. Argon2id makes
/// the key that seals it with AES-EAX.
/// </summary>
public sealed class SealedKey
{
    /// <summary>Characters of the file; it has about 200.</summary>
    public const int MaxLength = 1024;

    /// <summary>Bytes of a passphrase.</summary>
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

    /// <summary>Does this look like a sealed key, rather than a raw one?</summary>
    public static bool Looks(ReadOnlySpan<byte> content) => content.StartsWith(Encoding.ASCII.GetBytes(FirstLine));

    /// <summary>Seals a key of 16 or 32 bytes.</summary>
    /// <param name="secret">The raw key.</param>
    /// <param name="passphrase">UTF-8, not empty.</param>
    /// <param name="cost">What a guess is to cost.</param>
    /// <exception cref="ArgumentException">A wrong length.</exception>
    public static SealedKey Seal(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> passphrase, PassphraseCost cost)
    {
        ArgumentNullException.ThrowIfNull(cost);
        if (secret.Length is not (SharedKey.Size or SharedKey.OldSize) || passphrase.Length is 0 or > MaxPassphraseBytes || !cost.IsWithinLimits)
        {
            throw new ArgumentException($"expected a key of {SharedKey.Size} or {SharedKey.OldSize} bytes, a passphrase of 1 to {MaxPassphraseBytes} bytes, a cost within its limits");
        }

        var result = new SealedKey(cost, RandomNumberGenerator.GetBytes(SaltSize), new byte[secret.Length + AesEax.TagSize]);
        using var eax = result.CipherFor(passphrase);
        eax.Seal([], result.Header(), secret, result._sealed.AsSpan(0, secret.Length), result._sealed.AsSpan(secret.Length));
        return result;
    }

    /// <summary>Reads the file's text.</summary>
    /// <exception cref="FormatException">Not a sealed key, or one whose parameters no file of ours has.</exception>
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

        // One way to write each file: no leading zeros, no capitals.
        return cost.IsWithinLimits && result._salt.Length == SaltSize && isSealedSize && result.Format() == text
            ? result
            : throw new FormatException("a parameter is outside its limits");
    }

    /// <summary>The file's text.</summary>
    public string Format() => $"{Encoding.ASCII.GetString(Header())}sealed={Convert.ToHexStringLower(_sealed)}\n";

    /// <summary>Opens it; false if the passphrase is wrong or the file was changed. Takes a quarter of a second and the memory that the file names.</summary>
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
        // In its place: the memory that the derivation takes makes the collector move things, and leave copies behind.
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
