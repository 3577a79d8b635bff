using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Discovery;

/// <summary>
/// Calls a laptop that runs its own system (docs/protocol.md#the-call). The laptop answers a `find` with a challenge, and only the right answer to
/// that makes it leave its system. Each proof covers the address of the other end, as sender and receiver both see it, so a datagram that was
/// relayed from another network does not verify. Holds no state; thread-safe.
/// </summary>
public static class CallDatagram
{
    private const byte ChallengeType = 3;
    private const byte WakeType = 4;

    /// <summary>Builds the answer of a laptop in its own system to a `find`.</summary>
    /// <param name="key">The key of the `find`.</param>
    /// <param name="clientNonce">The nonce of the `find`.</param>
    /// <param name="challenge">16 unpredictable bytes, valid for one use within seconds.</param>
    /// <param name="client">The address that the `find` came from.</param>
    /// <param name="laptop">The identity of this laptop.</param>
    public static byte[] BuildChallenge(SharedKey key, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> challenge, IPAddress client, LaptopIdentity laptop)
    {
        Span<byte> address = stackalloc byte[DatagramFrame.AddressSize];
        DatagramFrame.Write(client, address);
        return DatagramFrame.Seal(DatagramFrame.Begin(ChallengeType, 0, clientNonce, challenge), key, laptop, address);
    }

    /// <summary>Verifies a challenge that answers one's own `find`.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="key">The key of the `find`.</param>
    /// <param name="nonce">The nonce of the `find`.</param>
    /// <param name="own">The address that the challenge was sent to.</param>
    /// <param name="challenge">The challenge to answer.</param>
    /// <param name="laptop">The identity of the laptop.</param>
    public static bool TryOpenChallenge(
        ReadOnlySpan<byte> datagram, SharedKey key, ReadOnlySpan<byte> nonce, IPAddress own,
        [NotNullWhen(true)] out byte[]? challenge, [NotNullWhen(true)] out LaptopIdentity? laptop)
    {
        Span<byte> address = stackalloc byte[DatagramFrame.AddressSize];
        DatagramFrame.Write(own, address);
        laptop = IsCall(datagram, ChallengeType, nonce) ? DatagramFrame.Open(datagram, key, address) : null;
        challenge = laptop is null ? null : DatagramFrame.LaptopNonce(datagram).ToArray();
        return challenge is not null && laptop is not null;
    }

    /// <summary>Builds the answer to a challenge, which asks the laptop to leave its system and serve.</summary>
    /// <param name="key">The key of the `find`.</param>
    /// <param name="clientNonce">The nonce of the `find`.</param>
    /// <param name="challenge">The laptop's challenge.</param>
    /// <param name="laptop">The address that the challenge came from.</param>
    public static byte[] BuildWake(SharedKey key, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> challenge, IPAddress laptop)
    {
        Span<byte> address = stackalloc byte[DatagramFrame.AddressSize];
        DatagramFrame.Write(laptop, address);
        return DatagramFrame.Sign(DatagramFrame.Begin(WakeType, 0, clientNonce, challenge), key, address);
    }

    /// <summary>True if a datagram has the shape of a wake; nothing is verified yet.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="clientNonce">The nonce of the `find` that it claims to follow.</param>
    /// <param name="challenge">The challenge that it claims to answer.</param>
    public static bool LooksLikeWake(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> clientNonce, out ReadOnlySpan<byte> challenge)
    {
        var isWake = DatagramFrame.HasShape(datagram, WakeType);
        clientNonce = isWake ? DatagramFrame.ClientNonce(datagram) : default;
        challenge = isWake ? DatagramFrame.LaptopNonce(datagram) : default;
        return isWake;
    }

    /// <summary>Verifies a wake that answers one's own challenge. The caller checks that the challenge is still valid, and the interface.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="key">The key of the challenge.</param>
    /// <param name="clientNonce">The nonce of the `find`.</param>
    /// <param name="challenge">The challenge.</param>
    /// <param name="own">The address that the wake was sent to.</param>
    public static bool TryOpenWake(ReadOnlySpan<byte> datagram, SharedKey key, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> challenge, IPAddress own)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> address = stackalloc byte[DatagramFrame.AddressSize];
        DatagramFrame.Write(own, address);
        return IsCall(datagram, WakeType, clientNonce)
            && DatagramFrame.HasEmptyBody(datagram)
            && DatagramFrame.IsSigned(datagram, key, address)
            && CryptographicOperations.FixedTimeEquals(DatagramFrame.LaptopNonce(datagram), challenge);
    }

    private static bool IsCall(ReadOnlySpan<byte> datagram, byte type, ReadOnlySpan<byte> nonce) =>
        DatagramFrame.HasShape(datagram, type) && DatagramFrame.Port(datagram) == 0 && DatagramFrame.ClientNonce(datagram).SequenceEqual(nonce);
}
