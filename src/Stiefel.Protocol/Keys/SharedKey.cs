using System.Security.Cryptography;

namespace Stiefel.Protocol.Keys;

/// <summary>
/// The secret that a laptop and one stick share. It never encrypts anything itself: every use has its own key, derived by HKDF-SHA256
/// (docs/protocol.md#keys). Thread-safe, including <see cref="Dispose"/>: a key that was disposed of matches and derives nothing.
/// </summary>
public sealed class SharedKey : IDisposable
{
    /// <summary>Size of a key in bytes.</summary>
    public const int Size = 32;

    /// <summary>Size in bytes of a key of the old system, which is still accepted.</summary>
    public const int OldSize = 16;

    /// <summary>Largest number of keys that a server tries on a stranger's message; bounds the cost of a flood.</summary>
    public const int MaxAccepted = 64;

    /// <summary>Largest number of characters in a name, which appears in logs and file names.</summary>
    public const int MaxNameLength = 100;

    private readonly byte[] _key;

    // Derived once, because a server needs them for every datagram and hello.
    private readonly byte[] _discoveryKey;
    private readonly byte[] _handshakeKey;
    private volatile bool _disposed;

    private SharedKey(byte[] key, string name)
    {
        _key = key;
        Name = name;
        _discoveryKey = Derive(KeyPurpose.Discovery);
        _handshakeKey = Derive(KeyPurpose.Handshake);
    }

    /// <summary>The key's name for people; not secret, and never sent.</summary>
    public string Name { get; }

    /// <summary>Makes a key from a copy of 16 or 32 secret bytes.</summary>
    /// <exception cref="ArgumentException">The secret has another length, or the name is empty, too long or not printable.</exception>
    public static SharedKey FromBytes(ReadOnlySpan<byte> secret, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (secret.Length is not (Size or OldSize))
        {
            throw new ArgumentException($"key {name}: expected {Size} bytes (or {OldSize} of the old system), got {secret.Length}", nameof(secret));
        }

        if (name.Length > MaxNameLength || name.Any(char.IsControl))
        {
            throw new ArgumentException($"key name: expected at most {MaxNameLength} printable characters", nameof(name));
        }

        return new SharedKey(secret.ToArray(), name);
    }

    /// <summary>Makes a fresh random key of 32 bytes.</summary>
    public static SharedKey Generate(string name)
    {
        Span<byte> secret = stackalloc byte[Size];
        RandomNumberGenerator.Fill(secret);
        try
        {
            return FromBytes(secret, name);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Derives a key by HKDF-SHA256 (RFC 5869) with info "stiefel v1 " and the purpose's label.</summary>
    /// <param name="purpose">The purpose of the derived key.</param>
    /// <param name="salt">HKDF's salt; may be empty.</param>
    /// <param name="output">The buffer to fill; at most 8,160 bytes.</param>
    /// <exception cref="ObjectDisposedException">The key was disposed of.</exception>
    public void Derive(KeyPurpose purpose, ReadOnlySpan<byte> salt, Span<byte> output)
    {
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, output, salt, KeyLabels.Info(purpose));
        ThrowIfDisposed(output);
    }

    /// <summary>Overwrites the key and the keys derived from it.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_key);
        CryptographicOperations.ZeroMemory(_discoveryKey);
        CryptographicOperations.ZeroMemory(_handshakeKey);
    }

    /// <summary>The name; the secret has no text form.</summary>
    public override string ToString() => Name;

    /// <summary>HMAC-SHA256 under the key for <see cref="KeyPurpose.Discovery"/>; 32 bytes.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed of.</exception>
    internal void DiscoveryMac(ReadOnlySpan<byte> datagram, Span<byte> mac) => Mac(_discoveryKey, datagram, mac);

    /// <summary>HMAC-SHA256 under the key for <see cref="KeyPurpose.Handshake"/>; 32 bytes.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed of.</exception>
    internal void HandshakeMac(ReadOnlySpan<byte> hello, Span<byte> mac) => Mac(_handshakeKey, hello, mac);

    private void Mac(byte[] key, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        HMACSHA256.HashData(key, message, mac);
        ThrowIfDisposed(mac);
    }

    // Called after the computation, not before: a key that was overwritten meanwhile, perhaps partly with zeros that anyone
    // could guess, must not yield a result.
    private void ThrowIfDisposed(Span<byte> output)
    {
        if (_disposed)
        {
            CryptographicOperations.ZeroMemory(output);
            throw new ObjectDisposedException(nameof(SharedKey));
        }
    }

    private byte[] Derive(KeyPurpose purpose)
    {
        var derived = new byte[Size];
        Derive(purpose, [], derived);
        return derived;
    }
}
