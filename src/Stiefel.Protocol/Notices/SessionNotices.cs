using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Notices;

/// <summary>
/// The proofs of a laptop's notices (docs/protocol.md#notices). The desktop proves that the request is its own and new. The laptop proves for each
/// notice which request it answers and which notice it follows, so none can be forged, replayed, left out or reordered. All are HMAC-SHA256 under
/// the session's goodbye key; a goodbye's own messages begin with other bytes.
/// </summary>
public static class SessionNotices
{
    /// <summary>Size in bytes of the desktop's and of the laptop's proof.</summary>
    public const int ProofSize = 32;

    /// <summary>Largest size of a text, in bytes of UTF-8.</summary>
    public const int MaxTextBytes = 400;

    /// <summary>Largest number of notices in one answer.</summary>
    public const int MaxInAnswer = 8;

    /// <summary>Largest size in bytes of a notice as sent: number, kind, text, proof.</summary>
    public const int MaxSize = HeadSize + MaxTextBytes + ProofSize;

    private const int HeadSize = sizeof(ulong) + 1;

    // 1 and 2 mark the goodbye's messages.
    private const byte OfDesktop = 3;
    private const byte OfLaptop = 4;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Makes the desktop's proof of a request.</summary>
    /// <param name="key">32 bytes: <see cref="KeyPurpose.Goodbye"/> of the session's secret.</param>
    /// <param name="session">The session that asks.</param>
    /// <param name="question">The request's number, which rises within a session.</param>
    /// <param name="after">Number of the last notice that the desktop has.</param>
    public static byte[] Prove(ReadOnlySpan<byte> key, SessionId session, ulong question, ulong after)
    {
        Span<byte> message = stackalloc byte[1 + SessionId.Size + (2 * sizeof(ulong))];
        Begin(message, OfDesktop, session, question, after);
        return SoftwareHmacSha256.HashData(key, message);
    }

    /// <summary>Checks the desktop's proof, in constant time.</summary>
    /// <inheritdoc cref="Prove"/>
    public static bool IsProof(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> key, SessionId session, ulong question, ulong after) =>
        CryptographicOperations.FixedTimeEquals(proof, Prove(key, session, question, after));

    /// <summary>Encodes a notice with its proof, ready to send.</summary>
    /// <param name="key">32 bytes: <see cref="KeyPurpose.Goodbye"/> of the session's secret.</param>
    /// <param name="session">The session that asked.</param>
    /// <param name="question">Number of the request that the notice answers.</param>
    /// <param name="previous">Number of the preceding notice: the one before it in this answer, or the last that the desktop has.</param>
    /// <param name="notice">The notice; a text that is too long is cut off.</param>
    public static byte[] Seal(ReadOnlySpan<byte> key, SessionId session, ulong question, ulong previous, Notice notice)
    {
        // Convert as many whole characters as fit.
        Span<byte> text = stackalloc byte[MaxTextBytes];
        Encoding.UTF8.GetEncoder().Convert(notice.Text, text, flush: true, out _, out var length, out _);
        var sealedNotice = new byte[HeadSize + length + ProofSize];
        BinaryPrimitives.WriteUInt64BigEndian(sealedNotice, notice.Number);
        sealedNotice[sizeof(ulong)] = (byte)notice.Kind;
        text[..length].CopyTo(sealedNotice.AsSpan(HeadSize));
        ProofOf(key, session, question, previous, sealedNotice.AsSpan(0, HeadSize + length)).CopyTo(sealedNotice, HeadSize + length);
        return sealedNotice;
    }

    /// <summary>Opens a notice that <see cref="Seal"/> made; null if the bytes are anything else, or not newer than the preceding notice.</summary>
    /// <inheritdoc cref="Seal"/>
    public static Notice? Open(ReadOnlySpan<byte> key, SessionId session, ulong question, ulong previous, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is <= HeadSize + ProofSize or > MaxSize)
        {
            return null;
        }

        var content = bytes[..^ProofSize];
        if (!CryptographicOperations.FixedTimeEquals(bytes[^ProofSize..], ProofOf(key, session, question, previous, content)))
        {
            return null;
        }

        var number = BinaryPrimitives.ReadUInt64BigEndian(content);
        try
        {
            return number > previous ? new Notice(number, (NoticeKind)content[sizeof(ulong)], s_utf8.GetString(content[HeadSize..])) : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static byte[] ProofOf(ReadOnlySpan<byte> key, SessionId session, ulong question, ulong previous, ReadOnlySpan<byte> content)
    {
        Span<byte> message = stackalloc byte[1 + SessionId.Size + (2 * sizeof(ulong)) + HeadSize + MaxTextBytes];
        var size = Begin(message, OfLaptop, session, question, previous);
        content.CopyTo(message[size..]);
        return SoftwareHmacSha256.HashData(key, message[..(size + content.Length)]);
    }

    private static int Begin(Span<byte> message, byte side, SessionId session, ulong question, ulong notice)
    {
        message[0] = side;
        session.Write(message[1..]);
        BinaryPrimitives.WriteUInt64BigEndian(message[(1 + SessionId.Size)..], question);
        BinaryPrimitives.WriteUInt64BigEndian(message[(1 + SessionId.Size + sizeof(ulong))..], notice);
        return 1 + SessionId.Size + (2 * sizeof(ulong));
    }
}
