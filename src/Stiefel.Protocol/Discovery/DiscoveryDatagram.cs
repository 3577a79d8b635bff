using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Discovery;

/// <summary>
/// The question (`find`) and answer (`hello`) of a search on UDP port 61570 (docs/protocol.md#discovery). All datagrams have the same size, so an
/// answer is never larger than its question, and no part that depends on the key ever repeats. Holds no state; thread-safe.
/// </summary>
public static class DiscoveryDatagram
{
    /// <summary>Size of every datagram in bytes, including those of <see cref="CallDatagram"/>.</summary>
    public const int Size = DatagramFrame.Size;

    /// <summary>Size of a nonce in bytes; a client makes a fresh random one for every search.</summary>
    public const int NonceSize = DatagramFrame.NonceSize;

    /// <summary>The protocol version of this program's datagrams.</summary>
    public const int Version = DatagramFrame.Version;

    private const byte FindType = 1;
    private const byte HelloType = 2;

    private static ReadOnlySpan<byte> NoNonce => new byte[NonceSize];

    /// <summary>Builds a client's question: which laptop serves with this key?</summary>
    /// <param name="key">The shared key.</param>
    /// <param name="nonce">16 fresh random bytes.</param>
    public static byte[] BuildFind(SharedKey key, ReadOnlySpan<byte> nonce) =>
        DatagramFrame.Sign(DatagramFrame.Begin(FindType, 0, nonce, NoNonce), key);

    /// <summary>Verifies a question and finds out which of the keys it was made with.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="keys">The accepted keys, at most <see cref="SharedKey.MaxAccepted"/>.</param>
    /// <param name="nonce">The client's nonce, which the answer must repeat.</param>
    /// <param name="key">The key that the question was made with.</param>
    /// <exception cref="ArgumentException">There are more keys than allowed.</exception>
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
                throw new ArgumentException($"at most {SharedKey.MaxAccepted} keys can be tried", nameof(keys));
            }

            if (DatagramFrame.IsSigned(datagram, candidate))
            {
                key = candidate;
            }
        }

        nonce = key is null ? null : DatagramFrame.ClientNonce(datagram).ToArray();
        return key is not null && nonce is not null;
    }

    /// <summary>Builds a server's answer to one question.</summary>
    /// <param name="key">The key of the question.</param>
    /// <param name="clientNonce">The nonce of the question.</param>
    /// <param name="bootPort">TCP port of the boot plane, 1 to 65535.</param>
    /// <param name="laptop">The identity of the laptop that serves.</param>
    public static byte[] BuildHello(SharedKey key, ReadOnlySpan<byte> clientNonce, int bootPort, LaptopIdentity laptop) =>
        BuildHello(key, clientNonce, bootPort, laptop, RandomNumberGenerator.GetBytes(NonceSize));

    /// <summary>Verifies an answer to one's own question.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="key">The key of the question.</param>
    /// <param name="nonce">The nonce of the question.</param>
    /// <param name="bootPort">TCP port of the boot plane.</param>
    /// <param name="laptop">The identity of the laptop that serves.</param>
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

    /// <summary>The version of a datagram that looks like ours but has another version; null for any other. Nothing is verified.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    public static int? OtherVersion(ReadOnlySpan<byte> datagram) => DatagramFrame.OtherVersion(datagram);

    /// <summary>For test vectors: the caller chooses the server's nonce.</summary>
    internal static byte[] BuildHello(SharedKey key, ReadOnlySpan<byte> clientNonce, int bootPort, LaptopIdentity laptop, ReadOnlySpan<byte> serverNonce)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bootPort, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bootPort, ushort.MaxValue);
        return DatagramFrame.Seal(DatagramFrame.Begin(HelloType, (ushort)bootPort, clientNonce, serverNonce), key, laptop);
    }
}
