using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>A client's hello with a valid MAC (docs/protocol.md#handshake). Holds no secret of its own; each answer uses a new ephemeral key.</summary>
public sealed class GenuineHello
{
    private readonly byte[] _hello;

    internal GenuineHello(byte[] hello, SharedKey key) => (_hello, Key) = (hello, key);

    /// <summary>The key that the hello was made with. This object does not own it; do not dispose of the key before the answer.</summary>
    public SharedKey Key { get; }

    /// <summary>Makes the answer that offers a boot entry.</summary>
    /// <param name="manifest">At most 64 KiB as JSON.</param>
    /// <param name="serverHello">The answer to send.</param>
    /// <param name="session">The session's keys, which the caller must dispose of. The session is pending until its first sealed request.</param>
    /// <returns>False if the client's public key is not a point on the curve; treat the client as a stranger then.</returns>
    /// <exception cref="InvalidOperationException">The manifest is larger than the limit.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed of.</exception>
    public bool TryAnswer(BootManifest manifest, [NotNullWhen(true)] out byte[]? serverHello, [NotNullWhen(true)] out SessionKeys? session)
    {
        using var ephemeral = EphemeralKey.Generate();
        return TryAnswer(SealedManifest.Encode(manifest), ephemeral, out serverHello, out session);
    }

    /// <summary>Makes an answer that refuses. It is sealed, so that only the client learns the reason, and creates no session.</summary>
    /// <param name="refusal">At most 64 KiB as JSON.</param>
    /// <param name="serverHello">The answer to send.</param>
    /// <returns>False if the client's public key is not a point on the curve; treat the client as a stranger then.</returns>
    /// <exception cref="InvalidOperationException">The refusal is larger than the limit.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed of.</exception>
    public bool TryRefuse(Refusal refusal, [NotNullWhen(true)] out byte[]? serverHello)
    {
        using var ephemeral = EphemeralKey.Generate();
        var isAnswered = TryAnswer(SealedManifest.Encode(refusal), ephemeral, out serverHello, out var session);
        session?.Dispose();
        return isAnswered;
    }

    /// <summary>Makes an answer with a given ephemeral key and plaintext; separate, so that test vectors can supply their own.</summary>
    internal bool TryAnswer(ReadOnlySpan<byte> plain, EphemeralKey ephemeral, [NotNullWhen(true)] out byte[]? serverHello, [NotNullWhen(true)] out SessionKeys? session)
    {
        serverHello = null;
        session = null;
        if (!ephemeral.TryAgree(HelloFormat.Point(_hello), out var agreed))
        {
            return false;
        }

        var answer = new byte[HelloFormat.ServerHeaderSize + plain.Length + AesEax.TagSize];
        HelloFormat.WriteCommon(answer, HelloFormat.ServerType, ephemeral);
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(HelloFormat.CommonSize), (uint)plain.Length);
        session = SessionKeys.Create(Key, agreed, _hello, answer.AsSpan(0, HelloFormat.ServerHeaderSize));
        CryptographicOperations.ZeroMemory(agreed);
        using (var eax = SealedManifest.Cipher(session))
        {
            eax.Seal([], [], plain, answer.AsSpan(HelloFormat.ServerHeaderSize, plain.Length), answer.AsSpan(^AesEax.TagSize));
        }

        serverHello = answer;
        return true;
    }
}
