using System.Buffers.Binary;
using CsCheck;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handshake;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Tests.Handshake;

public sealed class HandshakeForgeryTests : IDisposable
{
    private const int PointAt = 40;

    private static readonly byte[] s_prime = Convert.FromHexString("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");

    private readonly SharedKey _key = Sample.Key();
    private readonly ClientHandshake _client;

    public HandshakeForgeryTests() => _client = new ClientHandshake(_key);

    /// <summary>Points that no honest peer sends.</summary>
    public static TheoryData<string, byte[]> BadPoints => new()
    {
        { "zero", new byte[64] },
        { "all ones", Enumerable.Repeat((byte)0xFF, 64).ToArray() },
        { "x = p", [.. s_prime, .. new byte[32]] },
        { "(1, 1)", [.. new byte[31], 1, .. new byte[31], 1] },
        { "random", Sample.Bytes(64) },
    };

    [Fact]
    public void TryOpen_AnyBitOfTheHelloFlipped_IsRefused()
    {
        for (var bit = 0; bit < _client.Hello.Length * 8; bit++)
        {
            Assert.False(Accepts(Sample.FlipBit(_client.Hello, bit)), $"bit {bit}");
        }
    }

    [Fact]
    public void Complete_AnyBitOfTheAnswerFlipped_IsRefused()
    {
        var answer = Answer();
        for (var bit = 0; bit < answer.Length * 8; bit++)
        {
            var forged = Sample.FlipBit(answer, bit);
            Assert.Throws<HandshakeException>(() => _client.Complete(forged));
        }

        _client.Complete(answer); // the refused answers have not spoiled the genuine one
    }

    [Fact]
    public void TryOpen_AnyOtherLength_IsRefused()
    {
        for (var length = 0; length < 300; length++)
        {
            var bytes = new byte[length];
            _client.Hello.AsSpan(0, Math.Min(length, _client.Hello.Length)).CopyTo(bytes);
            Assert.Equal(length == ServerHandshake.ClientHelloSize, Accepts(bytes));
        }
    }

    [Theory]
    [InlineData(0, 0x54)]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(5, 3)]
    [InlineData(6, 1)]
    [InlineData(7, 1)]
    public void TryOpen_RightMacButOtherShape_IsRefused(int at, byte value)
    {
        var hello = (byte[])_client.Hello.Clone();
        hello[at] = value;
        HelloFormat.Mac(_key, hello, hello.AsSpan(HelloFormat.CommonSize));
        Assert.False(Accepts(hello));
    }

    [Fact]
    public void Complete_CutOrExtended_IsRefused()
    {
        var answer = Answer();
        for (var length = 0; length < answer.Length; length++)
        {
            Assert.Throws<HandshakeException>(() => _client.Complete(answer.AsSpan(0, length)));
        }

        Assert.Throws<HandshakeException>(() => _client.Complete([.. answer, 0]));
        Assert.Throws<HandshakeException>(() => _client.Complete(new byte[ClientHandshake.MaxServerHello + 1]));
    }

    [Fact]
    public void Complete_OwnHelloReflected_IsRefused()
    {
        Assert.Throws<HandshakeException>(() => _client.Complete(_client.Hello));

        // The client's hello is refused even if it is made to look like a server's, with the client's own nonce and point.
        byte[] dressed = [.. _client.Hello[..104], .. new byte[4], .. new byte[16]];
        dressed[5] = 2;
        Assert.Throws<HandshakeException>(() => _client.Complete(dressed));
    }

    [Fact]
    public void TryOpen_OwnAnswerReflected_IsRefused()
    {
        var answer = Answer();
        Assert.False(Accepts(answer));
        Assert.False(Accepts(answer[..ServerHandshake.ClientHelloSize]));
    }

    [Fact]
    public void Complete_AnswerToAnotherHello_IsRefused()
    {
        var old = Answer();
        using var next = new ClientHandshake(_key);
        Assert.Throws<HandshakeException>(() => next.Complete(old));
    }

    [Fact]
    public void Complete_ServerWithAnotherKey_IsRefused()
    {
        // The impostor cannot check the MAC, so it skips the check and answers anyway.
        using var ephemeral = EphemeralKey.Generate();
        using var other = Sample.Key(2);
        Assert.True(new GenuineHello(_client.Hello, other).TryAnswer(SealedManifest.Encode(Sample.Manifest), ephemeral, out var answer, out _));
        Assert.Throws<HandshakeException>(() => _client.Complete(answer));
    }

    [Theory]
    [MemberData(nameof(BadPoints))]
    public void TryOpen_PointNotOnTheCurve_IsRefusedThoughTheKeyIsRight(string name, byte[] point)
    {
        var hello = (byte[])_client.Hello.Clone();
        point.CopyTo(hello, PointAt);
        HelloFormat.Mac(_key, hello, hello.AsSpan(HelloFormat.CommonSize));
        Assert.False(Accepts(hello), name);
    }

    [Theory]
    [MemberData(nameof(BadPoints))]
    public void Complete_PointNotOnTheCurve_IsRefused(string name, byte[] point)
    {
        var answer = Answer();
        point.CopyTo(answer, PointAt);
        Assert.True(Record.Exception(() => _client.Complete(answer)) is HandshakeException, name);
    }

    [Fact]
    public void TryAgree_PointWithXBeyondThePrime_IsRefused()
    {
        // x + p is the same field element as x. Only the canonical form may pass, or one point would have two encodings.
        var (x, y) = SmallX();
        using var ephemeral = EphemeralKey.Generate();
        Assert.True(ephemeral.TryAgree([.. x, .. y], out _));
        var beyond = new byte[32];
        var carry = 0;
        for (var i = 31; i >= 0; i--)
        {
            carry += x[i] + s_prime[i];
            beyond[i] = (byte)carry;
            carry >>= 8;
        }

        Assert.Equal(0, carry);
        Assert.False(ephemeral.TryAgree([.. beyond, .. y], out _));
    }

    [Fact]
    public void TryOpenAndComplete_RandomBytes_NeverSucceedNorThrowAnythingElse() =>
        Gen.Select(Gen.Byte.Array[0, 400], Gen.Int[0, 3]).Sample(
            (bytes, shape) =>
            {
                if (shape > 0 && bytes.Length >= 8)
                {
                    "STFH"u8.CopyTo(bytes);
                    (bytes[4], bytes[5], bytes[6], bytes[7]) = (1, (byte)(shape % 2 == 0 ? 1 : 2), 0, 0);
                }

                if (shape == 3 && bytes.Length >= 124)
                {
                    BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(104), bytes.Length - 124);
                }

                Assert.False(Accepts(bytes));
                Assert.Throws<HandshakeException>(() => _client.Complete(bytes));
            },
            iter: Sample.Tries(2_000),
            threads: 1);

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("007B")] // {
    [InlineData("006E756C6C")] // null
    [InlineData("007B7D")] // {}
    [InlineData("016E756C6C")]
    [InlineData("017B7D")]
    [InlineData("01FF")]
    [InlineData("027B7D")]
    public void Decode_NotAManifest_IsRefused(string plain) =>
        Assert.Throws<HandshakeException>(() => SealedManifest.Decode(Convert.FromHexString(plain)));

    [Fact]
    public void Decode_RandomBytes_NeverThrowsAnythingElse() =>
        Gen.Select(Gen.Byte[0, 2], Gen.OneOf(Gen.Byte.Array[0, 60], Gen.String[Gen.Char["{}[]\":,0a\\nul"], 0, 40].Select(System.Text.Encoding.UTF8.GetBytes))).Sample(
            (kind, json) => Record.Exception(() => SealedManifest.Decode([kind, .. json])) is HandshakeException or RefusalException,
            iter: Sample.Tries(2_000));

    public void Dispose()
    {
        _client.Dispose();
        _key.Dispose();
    }

    // Finds a point on the curve with an x so small that x + p still fits in 32 bytes.
    private static (byte[] X, byte[] Y) SmallX()
    {
        var p = new System.Numerics.BigInteger(s_prime, isUnsigned: true, isBigEndian: true);
        var b = System.Numerics.BigInteger.Parse("05AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B", System.Globalization.NumberStyles.HexNumber);
        for (System.Numerics.BigInteger x = 1; ; x++)
        {
            var square = ((x * x * x) - (3 * x) + b) % p;
            var y = System.Numerics.BigInteger.ModPow(square, (p + 1) / 4, p);
            if (y * y % p == square)
            {
                return (Bytes(x), Bytes(y));
            }
        }
    }

    private static byte[] Bytes(System.Numerics.BigInteger value)
    {
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }

    private bool Accepts(byte[] hello) => Server.TryAccept(hello, [_key], Sample.Manifest, out _, out _, out _);

    private byte[] Answer()
    {
        Assert.True(Server.TryAccept(_client.Hello, [_key], Sample.Manifest, out var answer, out _, out _));
        return answer;
    }
}
