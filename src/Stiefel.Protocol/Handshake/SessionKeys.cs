using System.Security.Cryptography;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>
/// The secret that only the two sides know after a handshake, and the keys derived from it. Thread-safe, including
/// <see cref="Dispose"/>; sealers and openers made from it hold their own copies.
/// </summary>
public sealed class SessionKeys : IDisposable
{
    private const int KeySize = 32;

    private readonly byte[] _secret;
    private volatile bool _disposed;

    private SessionKeys(byte[] secret)
    {
        _secret = secret;
        Span<byte> id = stackalloc byte[SessionId.Size];
        Derive(KeyPurpose.SessionId, id);
        SessionId = SessionId.Read(id);
        Span<byte> export = stackalloc byte[KeySize];
        Derive(KeyPurpose.Export, export);
        ExportName = "s-" + Base32.Encode(export);
        CryptographicOperations.ZeroMemory(export);
    }

    /// <summary>Names the session in logs and requests; not secret.</summary>
    public SessionId SessionId { get; }

    /// <summary>Name of the session's NBD export: "s-" and 52 lower-case base32 characters. Secret: anyone who knows it may connect.</summary>
    public string ExportName { get; }

    /// <summary>Derives a key: HKDF-Expand of the session's secret with info "stiefel v1 " and the purpose's label.</summary>
    /// <exception cref="ObjectDisposedException">The session was disposed of.</exception>
    public void Derive(KeyPurpose purpose, Span<byte> output)
    {
        HKDF.Expand(HashAlgorithmName.SHA256, _secret, output, KeyLabels.Info(purpose));

        // Check after the derivation: a secret that was overwritten meanwhile must not yield a result.
        if (_disposed)
        {
            CryptographicOperations.ZeroMemory(output);
            throw new ObjectDisposedException(nameof(SessionKeys));
        }
    }

    /// <summary>Overwrites the secret.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_secret);
    }

    /// <summary>secret = HKDF-Extract(salt = SHA-256 of the transcript, key material = shared key's part ‖ ECDH).</summary>
    internal static SessionKeys Create(SharedKey key, ReadOnlySpan<byte> agreed, ReadOnlySpan<byte> clientHello, ReadOnlySpan<byte> serverHeader)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(clientHello);
        hash.AppendData(serverHeader);
        Span<byte> transcript = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(transcript);

        Span<byte> material = stackalloc byte[KeySize + EphemeralKey.CoordinateSize];
        key.Derive(KeyPurpose.Session, [], material[..KeySize]);
        agreed.CopyTo(material[KeySize..]);
        var secret = new byte[SHA256.HashSizeInBytes];
        HKDF.Extract(HashAlgorithmName.SHA256, material, transcript, secret);
        CryptographicOperations.ZeroMemory(material);
        return new SessionKeys(secret);
    }
}
