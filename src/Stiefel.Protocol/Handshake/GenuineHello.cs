using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>A client's hello whose MAC is right (docs/protocol.md#handshake). Holds no secret of its own; each answer has an ephemeral key of its own.</summary>
public sealed class GenuineHello
{
    private readonly byte[] _hello;

    internal GenuineHello(byte[] hello, SharedKey key) => (_hello, Key) = (hello, key);

    /// <summary>What it was made with. Not this object's to dispose of, and not to be disposed of before the answer.</summary>
    public SharedKey Key { get; }

    /// <summary>Answers with what there is to boot.</summary>
    /// <param name="manifest">At most 64 KiB as JSON.</param>
    /// <param name="serverHello">The answer to send.</param>
    /// <param name="session">The caller's to dispose of; pending until its first sealed request.</param>
    /// <returns>False if the client's share is no point of the curve: it gets what strangers get.</returns>
    /// <exception cref="InvalidOperationException">The manifest is larger than the limit.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed of.</exception>
    public bool TryAnswer(BootManifest manifest, [NotNullWhen(true)] out byte[]? serverHello, [NotNullWhen(true)] out SessionKeys? session)
    {
        using var ephemeral = EphemeralKey.Generate();
        return TryAnswer(SealedManifest.Encode(manifest), ephemeral, out serverHello, out session);
    }

    /// <summary>Refuses, sealed: only the client learns why. It makes no session, since there is nothing to ask for.</summary>
    /// <param name="refusal">At most 64 KiB as JSON.</param>
    /// <param name="serverHello">The answer to send.</param>
    /// <returns>As for an answer.</returns>
    /// <exception cref="InvalidOperationException">The refusal is larger than the limit.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed of.</exception>
    public bool TryRefuse(Refusal refusal, [NotNullWhen(true)] out byte[]? serverHello)
    {
        using var ephemeral = EphemeralKey.Generate();
        var isAnswered = TryAnswer(SealedManifest.Encode(refusal), ephemeral, out serverHello, out var session);
        session?.Dispose();
        return isAnswered;
    }

    /// <summary>Apart, so that test vectors can bring their own share and manifest.</summary>
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
