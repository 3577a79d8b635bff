using System.Buffers.Binary;
using System.Security.Cryptography;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>
/// The client's side of one handshake: send <see cref="Hello"/> and pass the answer to <see cref="Complete"/>. Make a new object for every
/// attempt. Not thread-safe.
/// </summary>
public sealed class ClientHandshake : IDisposable
{
    /// <summary>Largest size of a server's hello in bytes; read no more than this from a server.</summary>
    public const int MaxServerHello = HelloFormat.ServerHeaderSize + SealedManifest.MaxBytes + AesEax.TagSize;

    private readonly SharedKey _key;
    private readonly EphemeralKey _ephemeral;
    private bool _complete;

    /// <param name="key">The shared key; the caller keeps it, and it must live as long as this object.</param>
    public ClientHandshake(SharedKey key) : this(key, EphemeralKey.Generate())
    {
    }

    /// <summary>For test vectors: uses a known ephemeral key, which this object owns from now on.</summary>
    internal ClientHandshake(SharedKey key, EphemeralKey ephemeral)
    {
        ArgumentNullException.ThrowIfNull(key);
        _key = key;
        _ephemeral = ephemeral;
        Hello = new byte[HelloFormat.ClientSize];
        HelloFormat.WriteCommon(Hello, HelloFormat.ClientType, ephemeral);
        HelloFormat.Mac(key, Hello, Hello.AsSpan(HelloFormat.CommonSize));
    }

    /// <summary>Body of POST /v1/discovery.</summary>
    public byte[] Hello { get; }

    /// <summary>Verifies the answer and derives the session's keys. Succeeds only once; a second session needs a new handshake.</summary>
    /// <exception cref="HandshakeException">The bytes are not a genuine answer to this hello.</exception>
    /// <exception cref="RefusalException">The server is genuine and refuses.</exception>
    /// <exception cref="InvalidOperationException">The handshake is already complete.</exception>
    public (SessionKeys Session, BootManifest Manifest) Complete(ReadOnlySpan<byte> serverHello)
    {
        if (_complete)
        {
            throw new InvalidOperationException("this handshake is complete; a second session needs a new handshake");
        }

        var header = CheckShape(serverHello);
        if (!_ephemeral.TryAgree(HelloFormat.Point(header), out var agreed))
        {
            throw new HandshakeException("the server's public key is not a point on the curve P-256");
        }

        var session = SessionKeys.Create(_key, agreed, Hello, header);
        CryptographicOperations.ZeroMemory(agreed);
        try
        {
            var manifest = SealedManifest.Decode(OpenManifest(session, serverHello[HelloFormat.ServerHeaderSize..]));
            _complete = true;
            return (session, manifest);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Destroys the ephemeral key.</summary>
    public void Dispose() => _ephemeral.Dispose();

    private static ReadOnlySpan<byte> CheckShape(ReadOnlySpan<byte> serverHello)
    {
        if (serverHello.Length is < HelloFormat.ServerHeaderSize + AesEax.TagSize or > MaxServerHello)
        {
            throw new HandshakeException($"the server's hello has an invalid size of {serverHello.Length} bytes");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(serverHello[HelloFormat.CommonSize..]);
        if (!HelloFormat.HasCommon(serverHello, HelloFormat.ServerType)
            || length != serverHello.Length - HelloFormat.ServerHeaderSize - AesEax.TagSize)
        {
            throw new HandshakeException("the server's answer is not a hello of protocol version 1");
        }

        return serverHello[..HelloFormat.ServerHeaderSize];
    }

    private static byte[] OpenManifest(SessionKeys session, ReadOnlySpan<byte> sealedPart)
    {
        var plain = new byte[sealedPart.Length - AesEax.TagSize];
        using var eax = SealedManifest.Cipher(session);
        return eax.TryOpen([], [], sealedPart[..^AesEax.TagSize], sealedPart[^AesEax.TagSize..], plain)
            ? plain
            : throw new HandshakeException("the server does not know this key, or the messages were altered on the way");
    }
}
