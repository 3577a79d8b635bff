using System.Buffers.Binary;
using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Ending;

/// <summary>
/// The proofs that a session's end is clean (docs/protocol.md#goodbye): the desktop's, that it is its own goodbye and a new one, and the laptop's, that
/// it was heard. Both are HMAC-SHA256 under a key of that session alone.
/// </summary>
public static class SessionGoodbye
{
    /// <summary>Bytes of the key.</summary>
    public const int KeySize = 32;

    /// <summary>Bytes of a proof.</summary>
    public const int ProofSize = 32;

    // Keep the two directions apart: a goodbye sent back is no answer.
    private const byte OfDesktop = 1;
    private const byte OfLaptop = 2;

    /// <summary>The desktop's proof.</summary>
    /// <param name="key">32 bytes: <see cref="KeyPurpose.Goodbye"/> of the session's secret.</param>
    /// <param name="session">Which session ends.</param>
    /// <param name="number">Rises in a session.</param>
    public static byte[] Prove(ReadOnlySpan<byte> key, SessionId session, ulong number) => Seal(key, OfDesktop, session, number);

    /// <summary>The laptop's proof that it heard that very goodbye.</summary>
    /// <inheritdoc cref="Prove"/>
    public static byte[] Confirm(ReadOnlySpan<byte> key, SessionId session, ulong number) => Seal(key, OfLaptop, session, number);

    /// <summary>Is this the desktop's? In constant time.</summary>
    public static bool IsProof(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> key, SessionId session, ulong number) =>
        CryptographicOperations.FixedTimeEquals(proof, Prove(key, session, number));

    /// <summary>Is this the laptop's? In constant time.</summary>
    public static bool IsConfirmation(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> key, SessionId session, ulong number) =>
        CryptographicOperations.FixedTimeEquals(proof, Confirm(key, session, number));

    private static byte[] Seal(ReadOnlySpan<byte> key, byte side, SessionId session, ulong number)
    {
        if (key.Length != KeySize)
        {
            throw new ArgumentException($"expected {KeySize} bytes, got {key.Length}", nameof(key));
        }

        Span<byte> message = stackalloc byte[1 + SessionId.Size + sizeof(ulong)];
        message[0] = side;
        session.Write(message[1..]);
        BinaryPrimitives.WriteUInt64BigEndian(message[(1 + SessionId.Size)..], number);
        return SoftwareHmacSha256.HashData(key, message);
    }
}
