using System.Text.Json;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Envelope;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>The sealed part of the server's hello: one byte of <see cref="EnvelopeKind"/>, then JSON (docs/protocol.md#handshake).</summary>
internal static class SealedManifest
{
    /// <summary>Bytes of kind and JSON together: a kernel command line is a few KiB at most, the rest is short.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Kind and JSON of an offer.</summary>
    /// <exception cref="InvalidOperationException">Larger than the limit.</exception>
    public static byte[] Encode(BootManifest manifest) => Encode(EnvelopeKind.Data, JsonSerializer.SerializeToUtf8Bytes(manifest, ProtocolJson.Default.BootManifest));

    /// <summary>Kind and JSON of a refusal.</summary>
    /// <exception cref="InvalidOperationException">Larger than the limit.</exception>
    public static byte[] Encode(Refusal refusal) => Encode(EnvelopeKind.Refusal, JsonSerializer.SerializeToUtf8Bytes(refusal, ProtocolJson.Default.Refusal));

    /// <exception cref="RefusalException">The server refused.</exception>
    /// <exception cref="HandshakeException">Not what a server of this version writes.</exception>
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
                _ => throw new HandshakeException("the server's hello holds something this program does not know"),
            };
        }
        catch (JsonException e)
        {
            throw new HandshakeException($"the boot manifest is not what this program expects: {e.Message}", e);
        }
    }

    /// <summary>The cipher of the sealed part; its key lives for one message, so the nonce is empty.</summary>
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
        : throw new InvalidOperationException($"the boot manifest has {json.Length + 1} bytes, the handshake carries at most {MaxBytes}");
}
