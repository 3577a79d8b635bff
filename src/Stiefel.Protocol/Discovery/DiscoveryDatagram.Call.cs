using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Discovery;

/// <summary>
/// The call of a laptop that runs its own system (docs/protocol.md#the-call): it answers a `find` with a challenge, and only the answer to that
/// makes it leave. Each end's address is in the other's MAC, as the one sees it and the other has it: what was carried from one network to
/// another has none that fits.
/// </summary>
public static partial class DiscoveryDatagram
{
    private const byte ChallengeType = 3;
    private const byte WakeType = 4;

    /// <summary>Bytes of an address in a MAC: IPv6, or IPv4 mapped into it (RFC 4291 §2.5.5.2).</summary>
    private const int AddressSize = 16;

    /// <summary>A sleeping laptop's answer to a `find`.</summary>
    /// <param name="key">The key the question was asked under.</param>
    /// <param name="clientNonce">The question's.</param>
    /// <param name="challenge">16 fresh random bytes, good for one use within seconds.</param>
    /// <param name="client">Where the question came from.</param>
    public static byte[] BuildChallenge(SharedKey key, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> challenge, IPAddress client) =>
        BuildCall(key, ChallengeType, clientNonce, challenge, client);

    /// <summary>Recognises the challenge to one's own question.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="key">The key the question was asked under.</param>
    /// <param name="nonce">The question's.</param>
    /// <param name="own">The address it was sent to.</param>
    /// <param name="challenge">To be answered.</param>
    public static bool TryOpenChallenge(ReadOnlySpan<byte> datagram, SharedKey key, ReadOnlySpan<byte> nonce, IPAddress own, [NotNullWhen(true)] out byte[]? challenge)
    {
        challenge = IsCall(datagram, ChallengeType, key, nonce, own) ? datagram.Slice(ServerNonceOffset, NonceSize).ToArray() : null;
        return challenge is not null;
    }

    /// <summary>The answer to a challenge: leave your system and serve.</summary>
    /// <param name="key">The key the question was asked under.</param>
    /// <param name="clientNonce">The question's.</param>
    /// <param name="challenge">The laptop's.</param>
    /// <param name="laptop">Where the challenge came from.</param>
    public static byte[] BuildWake(SharedKey key, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> challenge, IPAddress laptop) =>
        BuildCall(key, WakeType, clientNonce, challenge, laptop);

    /// <summary>Is it a wake by its shape? Nothing is verified yet.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="clientNonce">Of the question it claims to belong to.</param>
    /// <param name="challenge">That it claims to answer.</param>
    public static bool LooksLikeWake(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> clientNonce, out ReadOnlySpan<byte> challenge)
    {
        var isWake = HasShape(datagram, WakeType);
        clientNonce = isWake ? datagram.Slice(ClientNonceOffset, NonceSize) : default;
        challenge = isWake ? datagram.Slice(ServerNonceOffset, NonceSize) : default;
        return isWake;
    }

    /// <summary>Recognises the answer to one's own challenge. Whether that is still good, and came by the same interface, is the caller's to know.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="key">The key of the challenge.</param>
    /// <param name="clientNonce">The question's.</param>
    /// <param name="challenge">The challenge.</param>
    /// <param name="own">The address it was sent to.</param>
    public static bool TryOpenWake(ReadOnlySpan<byte> datagram, SharedKey key, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> challenge, IPAddress own) =>
        IsCall(datagram, WakeType, key, clientNonce, own)
        && CryptographicOperations.FixedTimeEquals(datagram.Slice(ServerNonceOffset, NonceSize), challenge);

    private static byte[] BuildCall(SharedKey key, byte type, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> challenge, IPAddress peer)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(challenge.Length, NonceSize);
        Span<byte> address = stackalloc byte[AddressSize];
        Write(peer, address);
        return Build(key, type, 0, clientNonce, challenge, address);
    }

    private static bool IsCall(ReadOnlySpan<byte> datagram, byte type, SharedKey key, ReadOnlySpan<byte> nonce, IPAddress own)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> address = stackalloc byte[AddressSize];
        Write(own, address);
        return HasShape(datagram, type)
            && !datagram[PortOffset..ClientNonceOffset].ContainsAnyExcept((byte)0)
            && !datagram[ZeroOffset..MacOffset].ContainsAnyExcept((byte)0)
            && datagram.Slice(ClientNonceOffset, NonceSize).SequenceEqual(nonce)
            && HasMac(datagram, key, address);
    }

    private static void Write(IPAddress address, Span<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(address);
        address.MapToIPv6().TryWriteBytes(bytes, out _);
    }
}
