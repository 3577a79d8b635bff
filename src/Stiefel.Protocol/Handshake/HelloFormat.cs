using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Handshake;

/// <summary>The common bytes of both hellos, and the size of each (docs/protocol.md#handshake).</summary>
internal static class HelloFormat
{
    //  0 magic "STFH" · 4 version · 5 type · 6 zero, 2 bytes · 8 nonce, 32 bytes · 40 ephemeral point X‖Y, 64 bytes
    public const int NonceOffset = 8;
    public const int NonceSize = 32;
    public const int PointOffset = NonceOffset + NonceSize;
    public const int CommonSize = PointOffset + EphemeralKey.PointSize;

    //  client: 104 HMAC-SHA256 of all before it
    public const int MacSize = 32;
    public const int ClientSize = CommonSize + MacSize;

    //  server: 104 length of the sealed part, u32 · 108 sealed part · tag, 16 bytes
    public const int ServerHeaderSize = CommonSize + 4;

    public const byte ClientType = 1;
    public const byte ServerType = 2;

    private const byte Version = 1;

    private static ReadOnlySpan<byte> Magic => "STFH"u8;

    public static void WriteCommon(Span<byte> hello, byte type, EphemeralKey ephemeral)
    {
        Magic.CopyTo(hello);
        hello[4] = Version;
        hello[5] = type;
        hello[6..8].Clear();
        ephemeral.Nonce.CopyTo(hello[NonceOffset..]);
        ephemeral.Point.CopyTo(hello[PointOffset..]);
    }

    public static bool HasCommon(ReadOnlySpan<byte> hello, byte type) =>
        hello[..4].SequenceEqual(Magic) && hello[4] == Version && hello[5] == type && hello[6] == 0 && hello[7] == 0;

    public static ReadOnlySpan<byte> Point(ReadOnlySpan<byte> hello) => hello.Slice(PointOffset, EphemeralKey.PointSize);

    public static void Mac(SharedKey key, ReadOnlySpan<byte> clientHello, Span<byte> mac) =>
        key.HandshakeMac(clientHello[..CommonSize], mac);
}
