using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Discovery;

/// <summary>
/// Question and answer of a search on UDP 61570 (docs/protocol.md#discovery). All datagrams have one size, so an answer is never larger than
/// its question; nothing in them is the same twice for one key. Holds no state; thread-safe.
/// </summary>
public static class DiscoveryDatagram
{
    /// <summary>Bytes of every datagram, also those of <see cref="CallDatagram"/>.</summary>
    public const int Size = DatagramFrame.Size;

    /// <summary>Bytes of a nonce; a client takes a fresh random one for every search.</summary>
    public const int NonceSize = DatagramFrame.NonceSize;

    /// <summary>What this build speaks.</summary>
    public const int Version = DatagramFrame.Version;

    private const byte FindType = 1;
    private const byte HelloType = 2;

    private static ReadOnlySpan<byte> NoNonce => new byte[NonceSize];

    /// <summary>A client's question: who serves under this key?</summary>
    /// <param name="key">The key to ask under.</param>
    /// <param name="nonce">16 fresh random bytes.</param>
    public static byte[] BuildFind(SharedKey key, ReadOnlySpan<byte> nonce) =>
        DatagramFrame.Sign(DatagramFrame.Begin(FindType, 0, nonce, NoNonce), key);

    /// <summary>Recognises a question under one of the keys.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="keys">At most <see cref="SharedKey.MaxAccepted"/>.</param>
    /// <param name="nonce">The client's, to be answered.</param>
    /// <param name="key">The key it was asked under.</param>
    /// <exception cref="ArgumentException">More keys than allowed.</exception>
    public static bool TryOpenFind(
        ReadOnlySpan<byte> datagram,
        IEnumerable<SharedKey> keys,
        [NotNullWhen(true)] out byte[]? nonce,
        [NotNullWhen(true)] out SharedKey? key)
    {
        ArgumentNullException.ThrowIfNull(keys);
        nonce = null;
        key = null;
        if (!DatagramFrame.HasShape(datagram, FindType)
            || DatagramFrame.Port(datagram) != 0
            || DatagramFrame.LaptopNonce(datagram).ContainsAnyExcept((byte)0)
            || !DatagramFrame.HasEmptyBody(datagram))
        {
            return false;
        }

        var tried = 0;
        foreach (var candidate in keys)
        {
            if (++tried > SharedKey.MaxAccepted)
            {
                throw new ArgumentException($"more than {SharedKey.MaxAccepted} keys", nameof(keys));
            }

            if (DatagramFrame.IsSigned(datagram, candidate))
            {
                key = candidate;
            }
        }

        nonce = key is null ? null : DatagramFrame.ClientNonce(datagram).ToArray();
        return key is not null && nonce is not null;
    }

    /// <summary>A server's answer to one question.</summary>
    /// <param name="key">The key the question was asked under.</param>
    /// <param name="clientNonce">The question's.</param>
    /// <param name="bootPort">TCP port of the boot plane, 1 to 65535.</param>
    /// <param name="laptop">Which laptop serves.</param>
    public static byte[] BuildHello(SharedKey key, ReadOnlySpan<byte> clientNonce, int bootPort, LaptopIdentity laptop) =>
        BuildHello(key, clientNonce, bootPort, laptop, RandomNumberGenerator.GetBytes(NonceSize));

    /// <summary>Recognises the answer to one's own question.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="key">The key the question was asked under.</param>
    /// <param name="nonce">The question's.</param>
    /// <param name="bootPort">TCP port of the boot plane.</param>
    /// <param name="laptop">Which laptop serves.</param>
    public static bool TryOpenHello(
        ReadOnlySpan<byte> datagram, SharedKey key, ReadOnlySpan<byte> nonce, out int bootPort, [NotNullWhen(true)] out LaptopIdentity? laptop)
    {
        ArgumentNullException.ThrowIfNull(key);
        bootPort = 0;
        laptop = DatagramFrame.HasShape(datagram, HelloType) && DatagramFrame.Port(datagram) != 0 && DatagramFrame.ClientNonce(datagram).SequenceEqual(nonce)
            ? DatagramFrame.Open(datagram, key)
            : null;
        if (laptop is null)
        {
            return false;
        }

        bootPort = DatagramFrame.Port(datagram);
        return true;
    }

    /// <summary>The version of a datagram that is one of ours by its look, but of another build than this one; nothing in it is verified.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    public static int? OtherVersion(ReadOnlySpan<byte> datagram) => DatagramFrame.OtherVersion(datagram);

    /// <summary>For test vectors: the server's nonce is the caller's.</summary>
    internal static byte[] BuildHello(SharedKey key, ReadOnlySpan<byte> clientNonce, int bootPort, LaptopIdentity laptop, ReadOnlySpan<byte> serverNonce)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bootPort, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bootPort, ushort.MaxValue);
        return DatagramFrame.Seal(DatagramFrame.Begin(HelloType, (ushort)bootPort, clientNonce, serverNonce), key, laptop);
    }
}
