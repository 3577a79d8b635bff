using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Discovery;

/// <summary>
/// The datagrams on UDP 61570 (docs/protocol.md#discovery). All kinds have one size, so an answer is never larger than its
/// question; nothing in them is the same twice for one key. Holds no state; thread-safe.
///
/// The call is for a laptop that runs its own system (docs/protocol.md#the-call): it answers a `find` with a challenge, and only the answer to
/// that makes it leave. Each end's address is in the other's MAC, as the one sees it and the other has it: what was carried from one network
/// to another has none that fits.
/// </summary>
public static class DiscoveryDatagram
{
    /// <summary>Bytes of every datagram.</summary>
    public const int Size = 64;

    /// <summary>Bytes of a nonce; a client takes a fresh random one for every search.</summary>
    public const int NonceSize = 16;

    //  0 magic "STFD" · 4 version · 5 type · 6 port, u16 · 8 client's nonce, 16 bytes · 24 server's nonce, 16 bytes · 40 zero, 8 bytes · 48 MAC, 16 bytes
    private const int PortOffset = 6;
    private const int ClientNonceOffset = 8;
    private const int ServerNonceOffset = ClientNonceOffset + NonceSize;
    private const int ZeroOffset = ServerNonceOffset + NonceSize;
    private const int MacOffset = 48;
    private const byte Version = 1;
    private const byte FindType = 1;
    private const byte HelloType = 2;
    private const byte ChallengeType = 3;
    private const byte WakeType = 4;

    /// <summary>Bytes of an address in a MAC: IPv6, or IPv4 mapped into it (RFC 4291 §2.5.5.2).</summary>
    private const int AddressSize = 16;

    private static ReadOnlySpan<byte> Magic => "STFD"u8;

    /// <summary>A client's question: who serves under this key?</summary>
    /// <param name="key">The key to ask under.</param>
    /// <param name="nonce">16 fresh random bytes.</param>
    public static byte[] BuildFind(SharedKey key, ReadOnlySpan<byte> nonce) => Build(key, FindType, 0, nonce, [], []);

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
        if (!HasShape(datagram, FindType)
            || datagram[PortOffset..ClientNonceOffset].ContainsAnyExcept((byte)0)
            || datagram[ServerNonceOffset..MacOffset].ContainsAnyExcept((byte)0))
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

            if (HasMac(datagram, candidate))
            {
                key = candidate;
            }
        }

        nonce = key is null ? null : datagram.Slice(ClientNonceOffset, NonceSize).ToArray();
        return key is not null && nonce is not null;
    }

    /// <summary>A server's answer to one question.</summary>
    /// <param name="key">The key the question was asked under.</param>
    /// <param name="clientNonce">The question's.</param>
    /// <param name="bootPort">TCP port of the boot plane, 1 to 65535.</param>
    public static byte[] BuildHello(SharedKey key, ReadOnlySpan<byte> clientNonce, int bootPort) =>
        BuildHello(key, clientNonce, bootPort, RandomNumberGenerator.GetBytes(NonceSize));

    /// <summary>Recognises the answer to one's own question.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="key">The key the question was asked under.</param>
    /// <param name="nonce">The question's.</param>
    /// <param name="bootPort">TCP port of the boot plane.</param>
    public static bool TryOpenHello(ReadOnlySpan<byte> datagram, SharedKey key, ReadOnlySpan<byte> nonce, out int bootPort)
    {
        ArgumentNullException.ThrowIfNull(key);
        bootPort = 0;
        if (!HasShape(datagram, HelloType)
            || !datagram.Slice(ClientNonceOffset, NonceSize).SequenceEqual(nonce)
            || datagram[ZeroOffset..MacOffset].ContainsAnyExcept((byte)0)
            || !HasMac(datagram, key))
        {
            return false;
        }

        bootPort = BinaryPrimitives.ReadUInt16BigEndian(datagram[PortOffset..]);
        return bootPort != 0;
    }

    /// <summary>For test vectors: the server's nonce is the caller's.</summary>
    internal static byte[] BuildHello(SharedKey key, ReadOnlySpan<byte> clientNonce, int bootPort, ReadOnlySpan<byte> serverNonce)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bootPort, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bootPort, ushort.MaxValue);
        return Build(key, HelloType, (ushort)bootPort, clientNonce, serverNonce, []);
    }

    private static byte[] Build(SharedKey key, byte type, ushort port, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce, ReadOnlySpan<byte> bound)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNotEqual(clientNonce.Length, NonceSize);
        var datagram = new byte[Size];
        Magic.CopyTo(datagram);
        datagram[4] = Version;
        datagram[5] = type;
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(PortOffset), port);
        clientNonce.CopyTo(datagram.AsSpan(ClientNonceOffset));
        serverNonce.CopyTo(datagram.AsSpan(ServerNonceOffset));
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Mac(key, datagram, bound, mac);
        mac[..(Size - MacOffset)].CopyTo(datagram.AsSpan(MacOffset));
        return datagram;
    }

    private static bool HasShape(ReadOnlySpan<byte> datagram, byte type) =>
        datagram.Length == Size && datagram[..4].SequenceEqual(Magic) && datagram[4] == Version && datagram[5] == type;

    // What is bound is known to both ends and not sent.
    private static void Mac(SharedKey key, ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> bound, Span<byte> mac)
    {
        Span<byte> message = stackalloc byte[MacOffset + AddressSize];
        datagram[..MacOffset].CopyTo(message);
        bound.CopyTo(message[MacOffset..]);
        key.DiscoveryMac(message[..(MacOffset + bound.Length)], mac);
    }

    private static bool HasMac(ReadOnlySpan<byte> datagram, SharedKey key, ReadOnlySpan<byte> bound = default)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Mac(key, datagram, bound, mac);
        return CryptographicOperations.FixedTimeEquals(mac[..(Size - MacOffset)], datagram[MacOffset..]);
    }

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
