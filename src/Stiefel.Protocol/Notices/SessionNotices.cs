using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Notices;

/// <summary>
/// The proofs of a laptop's notices (docs/protocol.md#notices): the desktop's, that it is the one that asks, and asks now; and the laptop's, of each notice,
/// which question it answers and which notice it follows. So none is forged, sent again, left out or put into another's place. HMAC-SHA256 under the key
/// of the session's goodbye, whose own messages begin otherwise.
/// </summary>
public static class SessionNotices
{
    /// <summary>Bytes of the desktop's proof, and of the laptop's.</summary>
    public const int ProofSize = 32;

    /// <summary>Bytes of a text.</summary>
    public const int MaxTextBytes = 400;

    /// <summary>Most notices in one answer.</summary>
    public const int MaxInAnswer = 8;

    /// <summary>Bytes of a notice as it crosses: number, kind, text, proof.</summary>
    public const int MaxSize = HeadSize + MaxTextBytes + ProofSize;

    private const int HeadSize = sizeof(ulong) + 1;

    // 1 and 2 are those of the goodbye.
    private const byte OfDesktop = 3;
    private const byte OfLaptop = 4;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The desktop's proof of a question.</summary>
    /// <param name="key">32 bytes: <see cref="KeyPurpose.Goodbye"/> of the session's secret.</param>
    /// <param name="session">Which session asks.</param>
    /// <param name="question">Rises in a session.</param>
    /// <param name="after">The last notice that it has.</param>
    public static byte[] Prove(ReadOnlySpan<byte> key, SessionId session, ulong question, ulong after)
    {
        Span<byte> message = stackalloc byte[1 + SessionId.Size + (2 * sizeof(ulong))];
        Begin(message, OfDesktop, session, question, after);
        return SoftwareHmacSha256.HashData(key, message);
    }

    /// <summary>Is this the desktop's? In constant time.</summary>
    /// <inheritdoc cref="Prove"/>
    public static bool IsProof(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> key, SessionId session, ulong question, ulong after) =>
        CryptographicOperations.FixedTimeEquals(proof, Prove(key, session, question, after));

    /// <summary>A notice as it crosses.</summary>
    /// <param name="key">As above.</param>
    /// <param name="session">As above.</param>
    /// <param name="question">The one that this answers.</param>
    /// <param name="previous">The notice that this one follows: the one before it in this answer, or the last that the desktop has.</param>
    /// <param name="notice">A text that is too long is cut off.</param>
    public static byte[] Seal(ReadOnlySpan<byte> key, SessionId session, ulong question, ulong previous, Notice notice)
    {
        // Whole characters only, as many as fit.
        Span<byte> text = stackalloc byte[MaxTextBytes];
        Encoding.UTF8.GetEncoder().Convert(notice.Text, text, flush: true, out _, out var length, out _);
        var sealedNotice = new byte[HeadSize + length + ProofSize];
        BinaryPrimitives.WriteUInt64BigEndian(sealedNotice, notice.Number);
        sealedNotice[sizeof(ulong)] = (byte)notice.Kind;
        text[..length].CopyTo(sealedNotice.AsSpan(HeadSize));
        ProofOf(key, session, question, previous, sealedNotice.AsSpan(0, HeadSize + length)).CopyTo(sealedNotice, HeadSize + length);
        return sealedNotice;
    }

    /// <summary>Opens what <see cref="Seal"/> made; null if it is anything else, or no newer than the one before.</summary>
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
