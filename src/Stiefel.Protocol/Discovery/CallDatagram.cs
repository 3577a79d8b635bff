using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Discovery;

/// <summary>
/// The call, for a laptop that runs its own system (docs/protocol.md#the-call): it answers a `find` with a challenge, and only the answer to that
/// makes it leave. Each end's address is in the other's proof, as the one sees it and the other has it: what was carried from one network to
/// another has none that fits. Holds no state; thread-safe.
/// </summary>
public static class CallDatagram
{
    private const byte ChallengeType = 3;
    private const byte WakeType = 4;

    /// <summary>A sleeping laptop's answer to a `find`.</summary>
    /// <param name="key">The key the question was asked under.</param>
    /// <param name="clientNonce">The question's.</param>
    /// <param name="challenge">16 bytes that nobody can foresee, good for one use within seconds.</param>
    /// <param name="client">Where the question came from.</param>
    /// <param name="laptop">Which laptop it is.</param>
    public static byte[] BuildChallenge(SharedKey key, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> challenge, IPAddress client, LaptopIdentity laptop)
    {
        Span<byte> address = stackalloc byte[DatagramFrame.AddressSize];
        DatagramFrame.Write(client, address);
        return DatagramFrame.Seal(DatagramFrame.Begin(ChallengeType, 0, clientNonce, challenge), key, laptop, address);
    }

    /// <summary>Recognises the challenge to one's own question.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="key">The key the question was asked under.</param>
    /// <param name="nonce">The question's.</param>
    /// <param name="own">The address it was sent to.</param>
    /// <param name="challenge">To be answered.</param>
    /// <param name="laptop">Which laptop it is.</param>
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

    /// <summary>The answer to a challenge: leave your system and serve.</summary>
    /// <param name="key">The key the question was asked under.</param>
    /// <param name="clientNonce">The question's.</param>
    /// <param name="challenge">The laptop's.</param>
    /// <param name="laptop">Where the challenge came from.</param>
    public static byte[] BuildWake(SharedKey key, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> challenge, IPAddress laptop)
    {
        Span<byte> address = stackalloc byte[DatagramFrame.AddressSize];
        DatagramFrame.Write(laptop, address);
        return DatagramFrame.Sign(DatagramFrame.Begin(WakeType, 0, clientNonce, challenge), key, address);
    }

    /// <summary>Is it a wake by its shape? Nothing is verified yet.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="clientNonce">The nonce of the question it claims to belong to.</param>
    /// <param name="challenge">That it claims to answer.</param>
    public static bool LooksLikeWake(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> clientNonce, out ReadOnlySpan<byte> challenge)
    {
        var isWake = DatagramFrame.HasShape(datagram, WakeType);
        clientNonce = isWake ? DatagramFrame.ClientNonce(datagram) : default;
        challenge = isWake ? DatagramFrame.LaptopNonce(datagram) : default;
        return isWake;
    }

    /// <summary>Recognises the answer to one's own challenge. Whether that is still good, and came by the same interface, is the caller's to know.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="key">The key of the challenge.</param>
    /// <param name="clientNonce">The question's.</param>
    /// <param name="challenge">The challenge.</param>
    /// <param name="own">The address it was sent to.</param>
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
