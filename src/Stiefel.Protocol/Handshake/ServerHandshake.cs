using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>The server's side of a handshake. Holds no state; thread-safe.</summary>
public static class ServerHandshake
{
    /// <summary>Bytes of every client's hello; read no more than this from a stranger.</summary>
    public const int ClientHelloSize = HelloFormat.ClientSize;

    /// <summary>
    /// Answers a hello that was made with one of the keys. What was wrong with any other bytes is not told, to nobody.
    /// The hello may be a replay: only a sealed request proves that the client is there.
    /// </summary>
    /// <param name="clientHello">The stranger's bytes, of any length.</param>
    /// <param name="keys">At most <see cref="SharedKey.MaxAccepted"/>; all are tried. None may be disposed of meanwhile.</param>
    /// <param name="manifest">Asked only for a genuine hello; may throw <see cref="RefusalException"/> to refuse, sealed.</param>
    /// <param name="serverHello">The answer to send.</param>
    /// <param name="session">The caller's to dispose of; pending until its first sealed request.</param>
    /// <param name="keyName">Which key it was.</param>
    /// <exception cref="ArgumentException">More keys than allowed.</exception>
    /// <exception cref="ObjectDisposedException">A key was disposed of.</exception>
    public static bool TryAccept(
        ReadOnlySpan<byte> clientHello,
        IEnumerable<SharedKey> keys,
        Func<BootManifest> manifest,
        [NotNullWhen(true)] out byte[]? serverHello,
        [NotNullWhen(true)] out SessionKeys? session,
        [NotNullWhen(true)] out string? keyName)
    {
        serverHello = null;
        session = null;
        keyName = null;
        if (FindKey(clientHello, keys) is not { } key)
        {
            return false;
        }

        using var ephemeral = EphemeralKey.Generate();
        return TryAnswer(clientHello, key, ephemeral, () => SealedManifest.Encode(manifest), out serverHello, out session, out keyName);
    }

    /// <summary>The answer to a hello whose MAC is right; apart, so that test vectors can bring their own share and manifest.</summary>
    internal static bool TryAnswer(
        ReadOnlySpan<byte> clientHello,
        SharedKey key,
        EphemeralKey ephemeral,
        Func<byte[]> encodedManifest,
        [NotNullWhen(true)] out byte[]? serverHello,
        [NotNullWhen(true)] out SessionKeys? session,
        [NotNullWhen(true)] out string? keyName)
    {
        serverHello = null;
        session = null;
        keyName = null;
        var plain = encodedManifest(); // may throw, so before there is anything to wipe
        if (!ephemeral.TryAgree(HelloFormat.Point(clientHello), out var agreed))
        {
            return false;
        }

        var hello = new byte[HelloFormat.ServerHeaderSize + plain.Length + AesEax.TagSize];
        HelloFormat.WriteCommon(hello, HelloFormat.ServerType, ephemeral);
        BinaryPrimitives.WriteUInt32BigEndian(hello.AsSpan(HelloFormat.CommonSize), (uint)plain.Length);
        session = SessionKeys.Create(key, agreed, clientHello, hello.AsSpan(0, HelloFormat.ServerHeaderSize));
        CryptographicOperations.ZeroMemory(agreed);
        using (var eax = SealedManifest.Cipher(session))
        {
            eax.Seal([], [], plain, hello.AsSpan(HelloFormat.ServerHeaderSize, plain.Length), hello.AsSpan(^AesEax.TagSize));
        }

        serverHello = hello;
        keyName = key.Name;
        return true;
    }

    // Every key is tried, also after a match: the time tells nothing about which key it was, or whether any.
    private static SharedKey? FindKey(ReadOnlySpan<byte> clientHello, IEnumerable<SharedKey> keys)
    {
        if (clientHello.Length != ClientHelloSize || !HelloFormat.HasCommon(clientHello, HelloFormat.ClientType))
        {
            return null;
        }

        SharedKey? found = null;
        var tried = 0;
        Span<byte> mac = stackalloc byte[HelloFormat.MacSize];
        foreach (var key in keys)
        {
            if (++tried > SharedKey.MaxAccepted)
            {
                throw new ArgumentException($"more than {SharedKey.MaxAccepted} keys", nameof(keys));
            }

            HelloFormat.Mac(key, clientHello, mac);
            if (CryptographicOperations.FixedTimeEquals(mac, clientHello[HelloFormat.CommonSize..]))
            {
                found = key;
            }
        }

        return found;
    }
}
