using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Discovery;

/// <summary>What all datagrams have in common: their head, and what proves that a holder of the key made them (docs/protocol.md#discovery).</summary>
internal static class DatagramFrame
{
    /// <summary>Bytes of every datagram: an answer is never larger than its question.</summary>
    public const int Size = ProofOffset + ProofSize;

    public const int NonceSize = 16;

    /// <summary>Bytes of an address that both ends know and nobody sends: IPv6, or IPv4 mapped into it (RFC 4291 §2.5.5.2).</summary>
    public const int AddressSize = 16;

    public const byte Version = 2;

    //  0 magic "STFD" · 4 version · 5 type · 6 port, u16 · 8 client's nonce · 24 laptop's nonce · 40 zeros, or the laptop's identity sealed · 112 MAC or tag
    private const int PortOffset = 6;
    private const int ClientNonceOffset = 8;
    private const int LaptopNonceOffset = ClientNonceOffset + NonceSize;
    private const int BodyOffset = LaptopNonceOffset + NonceSize;
    private const int ProofOffset = BodyOffset + LaptopIdentity.Size;
    private const int ProofSize = 16;

    private const int LeastOfAnyVersion = 64;

    public static ReadOnlySpan<byte> Magic => "STFD"u8;

    public static bool HasShape(ReadOnlySpan<byte> datagram, byte type) =>
        datagram.Length == Size && datagram[..Magic.Length].SequenceEqual(Magic) && datagram[4] == Version && datagram[5] == type;

    /// <summary>One of ours by its look, of another version than this; what that one proves is not known here.</summary>
    public static int? OtherVersion(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= LeastOfAnyVersion && datagram[..Magic.Length].SequenceEqual(Magic) && datagram[4] != Version ? datagram[4] : null;

    public static ReadOnlySpan<byte> ClientNonce(ReadOnlySpan<byte> datagram) => datagram.Slice(ClientNonceOffset, NonceSize);

    public static ReadOnlySpan<byte> LaptopNonce(ReadOnlySpan<byte> datagram) => datagram.Slice(LaptopNonceOffset, NonceSize);

    public static int Port(ReadOnlySpan<byte> datagram) => BinaryPrimitives.ReadUInt16BigEndian(datagram[PortOffset..]);

    /// <summary>Nothing in place of the identity.</summary>
    public static bool HasEmptyBody(ReadOnlySpan<byte> datagram) => !datagram[BodyOffset..ProofOffset].ContainsAnyExcept((byte)0);

    /// <summary>A datagram with all but its proof.</summary>
    public static byte[] Begin(byte type, ushort port, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> laptopNonce)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(clientNonce.Length, NonceSize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(laptopNonce.Length, NonceSize);
        var datagram = new byte[Size];
        Magic.CopyTo(datagram);
        datagram[4] = Version;
        datagram[5] = type;
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(PortOffset), port);
        clientNonce.CopyTo(datagram.AsSpan(ClientNonceOffset));
        laptopNonce.CopyTo(datagram.AsSpan(LaptopNonceOffset));
        return datagram;
    }

    /// <summary>Proves a datagram of the client.</summary>
    /// <param name="datagram">All but its proof.</param>
    /// <param name="key">The key.</param>
    /// <param name="bound">An address, or nothing.</param>
    public static byte[] Sign(byte[] datagram, SharedKey key, ReadOnlySpan<byte> bound = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Mac(key, datagram, bound, mac);
        mac[..ProofSize].CopyTo(datagram.AsSpan(ProofOffset));
        return datagram;
    }

    public static bool IsSigned(ReadOnlySpan<byte> datagram, SharedKey key, ReadOnlySpan<byte> bound = default)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Mac(key, datagram, bound, mac);
        return CryptographicOperations.FixedTimeEquals(mac[..ProofSize], datagram[ProofOffset..]);
    }

    /// <summary>Puts the laptop's identity into its answer, for holders of the key only, and proves the whole.</summary>
    /// <inheritdoc cref="Sign"/>
    public static byte[] Seal(byte[] datagram, SharedKey key, LaptopIdentity laptop, ReadOnlySpan<byte> bound = default)
    {
        ArgumentNullException.ThrowIfNull(laptop);
        using var eax = Eax(key);
        var body = datagram.AsSpan(BodyOffset, LaptopIdentity.Size);
        laptop.Write(body);
        eax.Seal(datagram.AsSpan(0, BodyOffset), bound, body, body, datagram.AsSpan(ProofOffset));
        return datagram;
    }

    public static LaptopIdentity? Open(ReadOnlySpan<byte> datagram, SharedKey key, ReadOnlySpan<byte> bound = default)
    {
        using var eax = Eax(key);
        Span<byte> body = stackalloc byte[LaptopIdentity.Size];
        return eax.TryOpen(datagram[..BodyOffset], bound, datagram[BodyOffset..ProofOffset], datagram[ProofOffset..], body) ? LaptopIdentity.Read(body) : null;
    }

    public static void Write(IPAddress address, Span<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(address);
        address.MapToIPv6().TryWriteBytes(bytes, out _);
    }

    private static AesEax Eax(SharedKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> derived = stackalloc byte[SharedKey.Size];
        key.Derive(KeyPurpose.DiscoveryAnswer, [], derived);
        try
        {
            return new AesEax(derived);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    // What is bound is known to both ends and not sent.
    private static void Mac(SharedKey key, ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> bound, Span<byte> mac)
    {
        Span<byte> message = stackalloc byte[ProofOffset + AddressSize];
        datagram[..ProofOffset].CopyTo(message);
        bound.CopyTo(message[ProofOffset..]);
        key.DiscoveryMac(message[..(ProofOffset + bound.Length)], mac);
    }
}
