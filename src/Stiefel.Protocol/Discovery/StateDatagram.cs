using System.Net;
using System.Security.Cryptography;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Discovery;

/// <summary>
/// The answer to a `find` of a laptop that runs its own system and cannot be called at this moment (docs/protocol.md#what-the-laptop-does). It makes nobody do
/// anything; the person at the desktop reads it. Holds no state; thread-safe.
/// </summary>
public static class StateDatagram
{
    private const byte Type = 5;

    /// <summary>Builds the answer.</summary>
    /// <param name="key">The key of the `find`.</param>
    /// <param name="clientNonce">The nonce of the `find`.</param>
    /// <param name="client">The address that the `find` came from.</param>
    /// <param name="state">The laptop's state; a text that is too long is cut off.</param>
    public static byte[] Build(SharedKey key, ReadOnlySpan<byte> clientNonce, IPAddress client, LaptopState state) =>
        Build(key, clientNonce, client, state, RandomNumberGenerator.GetBytes(DatagramFrame.NonceSize));

    /// <summary>Verifies an answer to one's own `find`; null if it is none.</summary>
    /// <param name="datagram">The stranger's bytes, of any length.</param>
    /// <param name="key">The key of the `find`.</param>
    /// <param name="nonce">The nonce of the `find`.</param>
    /// <param name="own">The address that the answer was sent to.</param>
    public static LaptopState? Open(ReadOnlySpan<byte> datagram, SharedKey key, ReadOnlySpan<byte> nonce, IPAddress own)
    {
        if (!DatagramFrame.HasShape(datagram, Type) || DatagramFrame.Port(datagram) != 0 || !DatagramFrame.ClientNonce(datagram).SequenceEqual(nonce))
        {
            return null;
        }

        Span<byte> address = stackalloc byte[DatagramFrame.AddressSize];
        DatagramFrame.Write(own, address);
        Span<byte> body = stackalloc byte[LaptopIdentity.Size];
        return DatagramFrame.TryOpenBody(datagram, key, address, body) ? LaptopState.Read(body) : null;
    }

    /// <summary>For test vectors: the caller chooses the laptop's nonce.</summary>
    internal static byte[] Build(SharedKey key, ReadOnlySpan<byte> clientNonce, IPAddress client, LaptopState state, ReadOnlySpan<byte> laptopNonce)
    {
        ArgumentNullException.ThrowIfNull(state);
        Span<byte> address = stackalloc byte[DatagramFrame.AddressSize];
        DatagramFrame.Write(client, address);
        Span<byte> body = stackalloc byte[LaptopIdentity.Size];
        state.Write(body);
        return DatagramFrame.SealBody(DatagramFrame.Begin(Type, 0, clientNonce, laptopNonce), key, body, address);
    }
}
