using System.Buffers.Binary;
using System.Security.Cryptography;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>
/// The client's side of one handshake: send <see cref="Hello"/>, give the answer to <see cref="Complete"/>. One per attempt.
/// Not thread-safe.
/// </summary>
public sealed class ClientHandshake : IDisposable
{
    /// <summary>The most bytes a server's hello can have; read no more than this from a server.</summary>
    public const int MaxServerHello = HelloFormat.ServerHeaderSize + SealedManifest.MaxBytes + AesEax.TagSize;

    private readonly SharedKey _key;
    private readonly EphemeralKey _ephemeral;
    private bool _complete;

    /// <param name="key">Stays the caller's; must live as long as this.</param>
    public ClientHandshake(SharedKey key) : this(key, EphemeralKey.Generate())
    {
    }

    /// <summary>For test vectors: a known share, owned from here on.</summary>
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

    /// <summary>Verifies the answer and makes the session's keys. Succeeds once: a second session needs a second handshake.</summary>
    /// <exception cref="HandshakeException">Not a genuine answer to this hello.</exception>
    /// <exception cref="RefusalException">The server is genuine and refuses.</exception>
    /// <exception cref="InvalidOperationException">Already complete.</exception>
    public (SessionKeys Session, BootManifest Manifest) Complete(ReadOnlySpan<byte> serverHello)
    {
        if (_complete)
        {
            throw new InvalidOperationException("this handshake is complete; a second session needs a new one");
        }

        var header = CheckShape(serverHello);
        if (!_ephemeral.TryAgree(HelloFormat.Point(header), out var agreed))
        {
            throw new HandshakeException("the server's public key is not a point of P-256");
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
            throw new HandshakeException($"the server's hello has {serverHello.Length} bytes, which no hello has");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(serverHello[HelloFormat.CommonSize..]);
        if (!HelloFormat.HasCommon(serverHello, HelloFormat.ServerType)
            || length != serverHello.Length - HelloFormat.ServerHeaderSize - AesEax.TagSize)
        {
            throw new HandshakeException("the answer is not a hello of this protocol's version 1");
        }

        return serverHello[..HelloFormat.ServerHeaderSize];
    }

    private static byte[] OpenManifest(SessionKeys session, ReadOnlySpan<byte> sealedPart)
    {
        var plain = new byte[sealedPart.Length - AesEax.TagSize];
        using var eax = SealedManifest.Cipher(session);
        return eax.TryOpen([], [], sealedPart[..^AesEax.TagSize], sealedPart[^AesEax.TagSize..], plain)
            ? plain
            : throw new HandshakeException("the server does not know this key, or somebody altered the conversation");
    }
}
