using System.Buffers.Binary;
using System.Security.Cryptography;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Ending;

/// <summary>
/// The proofs that a session ended cleanly (docs/protocol.md#goodbye): the desktop proves that the goodbye is its own and new, and the laptop proves
/// that it heard it. Both are HMAC-SHA256 under a key of that session alone.
/// </summary>
public static class SessionGoodbye
{
    /// <summary>Size of the key in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>Size of a proof in bytes.</summary>
    public const int ProofSize = 32;

    // These keep the two directions apart, so that a goodbye sent back is not taken for an answer.
    private const byte OfDesktop = 1;
    private const byte OfLaptop = 2;

    /// <summary>Makes the desktop's proof.</summary>
    /// <param name="key">32 bytes: <see cref="KeyPurpose.Goodbye"/> of the session's secret.</param>
    /// <param name="session">The session that ends.</param>
    /// <param name="number">The goodbye's number, which rises within a session.</param>
    public static byte[] Prove(ReadOnlySpan<byte> key, SessionId session, ulong number) => Seal(key, OfDesktop, session, number);

    /// <summary>Makes the laptop's proof that it heard this goodbye.</summary>
    /// <inheritdoc cref="Prove"/>
    public static byte[] Confirm(ReadOnlySpan<byte> key, SessionId session, ulong number) => Seal(key, OfLaptop, session, number);

    /// <summary>Checks the desktop's proof, in constant time.</summary>
    public static bool IsProof(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> key, SessionId session, ulong number) =>
        CryptographicOperations.FixedTimeEquals(proof, Prove(key, session, number));

    /// <summary>Checks the laptop's proof, in constant time.</summary>
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
