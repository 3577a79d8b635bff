using System.Text.Json;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Envelope;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>The sealed part of the server's hello: one byte of <see cref="EnvelopeKind"/>, then JSON (docs/protocol.md#handshake).</summary>
internal static class SealedManifest
{
    /// <summary>Largest size of kind and JSON together, in bytes: a kernel command line has a few KiB at most, and the rest is short.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Encodes an offer as kind and JSON.</summary>
    /// <exception cref="InvalidOperationException">The result is larger than the limit.</exception>
    public static byte[] Encode(BootManifest manifest) => Encode(EnvelopeKind.Data, JsonSerializer.SerializeToUtf8Bytes(manifest, ProtocolJson.Default.BootManifest));

    /// <summary>Encodes a refusal as kind and JSON.</summary>
    /// <exception cref="InvalidOperationException">The result is larger than the limit.</exception>
    public static byte[] Encode(Refusal refusal) => Encode(EnvelopeKind.Refusal, JsonSerializer.SerializeToUtf8Bytes(refusal, ProtocolJson.Default.Refusal));

    /// <exception cref="RefusalException">The server refused.</exception>
    /// <exception cref="HandshakeException">The bytes are not what a server of this version writes.</exception>
    public static BootManifest Decode(ReadOnlySpan<byte> plain)
    {
        try
        {
            return (plain.IsEmpty ? null : (EnvelopeKind?)plain[0]) switch
            {
                EnvelopeKind.Data => JsonSerializer.Deserialize(plain[1..], ProtocolJson.Default.BootManifest)
                    ?? throw new HandshakeException("the boot manifest is empty"),
                EnvelopeKind.Refusal => throw new RefusalException(JsonSerializer.Deserialize(plain[1..], ProtocolJson.Default.Refusal)
                    ?? throw new HandshakeException("the refusal is empty")),
                _ => throw new HandshakeException("the server's hello has content of an unknown kind; the server may be newer than this program"),
            };
        }
        catch (JsonException e)
        {
            throw new HandshakeException($"the server's boot manifest is malformed: {e.Message}", e);
        }
    }

    /// <summary>Makes the cipher of the sealed part. Its key is used for one message only, so the nonce is empty.</summary>
    public static AesEax Cipher(SessionKeys session)
    {
        Span<byte> key = stackalloc byte[32];
        session.Derive(KeyPurpose.ServerHello, key);
        try
        {
            return new AesEax(key);
        }
        finally
        {
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(key);
        }
    }

    private static byte[] Encode(EnvelopeKind kind, byte[] json) => json.Length < MaxBytes
        ? [(byte)kind, .. json]
        : throw new InvalidOperationException($"the boot manifest has {json.Length + 1} bytes, but the handshake carries at most {MaxBytes}");
}
