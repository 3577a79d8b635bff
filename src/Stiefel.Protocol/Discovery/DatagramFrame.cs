using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Discovery;

/// <summary>The common parts of all datagrams: the header, and the proof that a holder of the key made them (docs/protocol.md#discovery).</summary>
internal static class DatagramFrame
{
    /// <summary>Size of every datagram in bytes. All have the same size, so that an answer is never larger than its question.</summary>
    public const int Size = ProofOffset + ProofSize;

    public const int NonceSize = 16;

    /// <summary>Size in bytes of an address that both ends know and that is not sent: IPv6, or IPv4 mapped into it (RFC 4291 §2.5.5.2).</summary>
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

    /// <summary>The version of a datagram that looks like ours but has another version; null for any other. Nothing is verified.</summary>
    public static int? OtherVersion(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= LeastOfAnyVersion && datagram[..Magic.Length].SequenceEqual(Magic) && datagram[4] != Version ? datagram[4] : null;

    public static ReadOnlySpan<byte> ClientNonce(ReadOnlySpan<byte> datagram) => datagram.Slice(ClientNonceOffset, NonceSize);

    public static ReadOnlySpan<byte> LaptopNonce(ReadOnlySpan<byte> datagram) => datagram.Slice(LaptopNonceOffset, NonceSize);

    public static int Port(ReadOnlySpan<byte> datagram) => BinaryPrimitives.ReadUInt16BigEndian(datagram[PortOffset..]);

    /// <summary>True if the place of the identity holds only zeros.</summary>
    public static bool HasEmptyBody(ReadOnlySpan<byte> datagram) => !datagram[BodyOffset..ProofOffset].ContainsAnyExcept((byte)0);

    /// <summary>Builds a datagram without its proof.</summary>
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

    /// <summary>Adds the proof to a client's datagram, and returns it.</summary>
    /// <param name="datagram">The datagram without its proof.</param>
    /// <param name="key">The shared key.</param>
    /// <param name="bound">An address that the proof covers although it is not sent; may be empty.</param>
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

    /// <summary>Adds the laptop's identity to its answer, encrypted for holders of the key, and a proof of the whole.</summary>
    /// <inheritdoc cref="Sign"/>
    public static byte[] Seal(byte[] datagram, SharedKey key, LaptopIdentity laptop, ReadOnlySpan<byte> bound = default)
    {
        ArgumentNullException.ThrowIfNull(laptop);
        Span<byte> body = stackalloc byte[LaptopIdentity.Size];
        laptop.Write(body);
        return SealBody(datagram, key, body, bound);
    }

    public static LaptopIdentity? Open(ReadOnlySpan<byte> datagram, SharedKey key, ReadOnlySpan<byte> bound = default)
    {
        Span<byte> body = stackalloc byte[LaptopIdentity.Size];
        return TryOpenBody(datagram, key, bound, body) ? LaptopIdentity.Read(body) : null;
    }

    /// <summary>Adds 72 bytes of the laptop's to its answer, encrypted for holders of the key, and a proof of the whole.</summary>
    /// <inheritdoc cref="Sign"/>
    public static byte[] SealBody(byte[] datagram, SharedKey key, ReadOnlySpan<byte> body, ReadOnlySpan<byte> bound)
    {
        using var eax = Eax(key);
        eax.Seal(datagram.AsSpan(0, BodyOffset), bound, body, datagram.AsSpan(BodyOffset, LaptopIdentity.Size), datagram.AsSpan(ProofOffset));
        return datagram;
    }

    public static bool TryOpenBody(ReadOnlySpan<byte> datagram, SharedKey key, ReadOnlySpan<byte> bound, Span<byte> body)
    {
        using var eax = Eax(key);
        return eax.TryOpen(datagram[..BodyOffset], bound, datagram[BodyOffset..ProofOffset], datagram[ProofOffset..], body);
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

    // The MAC also covers `bound`, which both ends know and which is not sent.
    private static void Mac(SharedKey key, ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> bound, Span<byte> mac)
    {
        Span<byte> message = stackalloc byte[ProofOffset + AddressSize];
        datagram[..ProofOffset].CopyTo(message);
        bound.CopyTo(message[ProofOffset..]);
        key.DiscoveryMac(message[..(ProofOffset + bound.Length)], mac);
    }
}
