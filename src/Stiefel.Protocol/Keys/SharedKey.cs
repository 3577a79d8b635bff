using System.Security.Cryptography;

namespace Stiefel.Protocol.Keys;

/// <summary>
/// The secret that a laptop and one stick share. It encrypts nothing itself: every use gets its own key by HKDF-SHA256
/// (docs/protocol.md#keys). Thread-safe, <see cref="Dispose"/> included: a key that was disposed of matches nothing and derives nothing.
/// </summary>
public sealed class SharedKey : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 32;

    /// <summary>Bytes of a key of the old system, still accepted.</summary>
    public const int OldSize = 16;

    /// <summary>The most keys a server tries for one stranger's bytes; bounds what a flood can cost.</summary>
    public const int MaxAccepted = 64;

    /// <summary>Characters of a name; it appears in logs and file names.</summary>
    public const int MaxNameLength = 100;

    private readonly byte[] _key;

    // Derived once: a server tries them on every datagram and hello, under every key.
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

    /// <summary>What people call the key; never secret, never sent.</summary>
    public string Name { get; }

    /// <summary>Takes a copy of 16 or 32 secret bytes.</summary>
    /// <exception cref="ArgumentException">Another length, or a name that is empty, too long or not printable.</exception>
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

    /// <summary>A fresh random key of 32 bytes.</summary>
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

    /// <summary>HKDF-SHA256 (RFC 5869) of the key, with info "stiefel v1 " and the purpose's label.</summary>
    /// <param name="purpose">What the derived key is for.</param>
    /// <param name="salt">May be empty.</param>
    /// <param name="output">Filled; at most 8,160 bytes.</param>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    public void Derive(KeyPurpose purpose, ReadOnlySpan<byte> salt, Span<byte> output)
    {
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, output, salt, KeyLabels.Info(purpose));
        ThrowIfDisposed(output);
    }

    /// <summary>Overwrites the key and what was derived from it.</summary>
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
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    internal void DiscoveryMac(ReadOnlySpan<byte> datagram, Span<byte> mac) => Mac(_discoveryKey, datagram, mac);

    /// <summary>HMAC-SHA256 under the key for <see cref="KeyPurpose.Handshake"/>; 32 bytes.</summary>
    /// <exception cref="ObjectDisposedException">The key is gone.</exception>
    internal void HandshakeMac(ReadOnlySpan<byte> hello, Span<byte> mac) => Mac(_handshakeKey, hello, mac);

    private void Mac(byte[] key, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        HMACSHA256.HashData(key, message, mac);
        ThrowIfDisposed(mac);
    }

    // Looked at after the work, not before: a key that is overwritten meanwhile, perhaps to zeros that anybody could guess,
    // must not have produced anything.
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
