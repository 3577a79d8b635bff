using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Stiefel.Protocol.Crypto;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>The bytes of a sealed request (docs/protocol.md#requests).</summary>
internal static class RequestFormat
{
    //  0 magic "STFR" · 4 version · 5 zero, 3 bytes · 8 session, 16 bytes · 24 counter, u64 · 32 ciphertext · tag, 16 bytes
    public const int HeaderSize = 32;
    public const int SessionOffset = 8;
    public const int CounterOffset = 24;
    public const int Overhead = HeaderSize + AesEax.TagSize;
    public const int KeySize = 32;

    private const byte Version = 1;

    private static ReadOnlySpan<byte> Magic => "STFR"u8;

    public static void WriteHeader(Span<byte> header, SessionId session, ulong counter)
    {
        header[..HeaderSize].Clear();
        Magic.CopyTo(header);
        header[4] = Version;
        session.Write(header[SessionOffset..]);
        BinaryPrimitives.WriteUInt64BigEndian(header[CounterOffset..], counter);
    }

    public static bool HasShape(ReadOnlySpan<byte> request) =>
        request.Length is >= Overhead and <= RequestSealer.MaxSealedBytes
        && request[..4].SequenceEqual(Magic)
        && request[4] == Version
        && !request[5..8].ContainsAnyExcept((byte)0);

    public static SessionId Session(ReadOnlySpan<byte> request) => SessionId.Read(request.Slice(SessionOffset, SessionId.Size));

    public static ulong Counter(ReadOnlySpan<byte> request) => BinaryPrimitives.ReadUInt64BigEndian(request[CounterOffset..]);

    /// <summary>EAX's associated data: the path, so that a request cannot be redirected to another path.</summary>
    public static byte[] Associated(string path) => Encoding.UTF8.GetBytes(path);

    /// <summary>Derives the key of the answer from the request's header and tag, so that no answer to another request is accepted.</summary>
    public static byte[] AnswerKey(ReadOnlySpan<byte> serverToClient, ReadOnlySpan<byte> request)
    {
        Span<byte> salt = stackalloc byte[Overhead];
        request[..HeaderSize].CopyTo(salt);
        request[^AesEax.TagSize..].CopyTo(salt[HeaderSize..]);
        var key = new byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, serverToClient, key, salt, KeyLabels.Info(KeyPurpose.Answer));
        return key;
    }

    public static byte[] Derive(SessionKeys session, KeyPurpose purpose)
    {
        var key = new byte[KeySize];
        session.Derive(purpose, key);
        return key;
    }
}
