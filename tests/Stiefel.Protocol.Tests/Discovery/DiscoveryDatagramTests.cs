using CsCheck;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Tests.Discovery;

public sealed class DiscoveryDatagramTests
{
    private readonly byte[] _nonce = Sample.Bytes(16, 5);

    [Fact]
    public void FindAndHello_RightKey_FindEachOther()
    {
        using var key = Sample.Key(1);
        using var other = Sample.Key(2);
        var find = DiscoveryDatagram.BuildFind(key, _nonce);

        Assert.True(DiscoveryDatagram.TryOpenFind(find, [other, key], out var nonce, out var found));
        Assert.Same(key, found);
        Assert.Equal(_nonce, nonce);

        var hello = DiscoveryDatagram.BuildHello(found, nonce, 4644);
        Assert.True(DiscoveryDatagram.TryOpenHello(hello, key, _nonce, out var port));
        Assert.Equal(4644, port);
    }

    [Fact]
    public void Answer_ComparedWithQuestion_IsNotLarger()
    {
        using var key = Sample.Key();
        Assert.Equal(DiscoveryDatagram.Size, DiscoveryDatagram.BuildFind(key, _nonce).Length);
        Assert.Equal(DiscoveryDatagram.Size, DiscoveryDatagram.BuildHello(key, _nonce, 1).Length);
    }

    [Fact]
    public void TryOpen_AnyBitFlipped_IsRefused()
    {
        using var key = Sample.Key();
        var find = DiscoveryDatagram.BuildFind(key, _nonce);
        var hello = DiscoveryDatagram.BuildHello(key, _nonce, 4644);
        for (var bit = 0; bit < DiscoveryDatagram.Size * 8; bit++)
        {
            Assert.False(DiscoveryDatagram.TryOpenFind(Sample.FlipBit(find, bit), [key], out _, out _));
            Assert.False(DiscoveryDatagram.TryOpenHello(Sample.FlipBit(hello, bit), key, _nonce, out _));
        }
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 3)]
    [InlineData(5, 4)]
    [InlineData(6, 1)]
    [InlineData(24, 1)]
    [InlineData(47, 1)]
    public void TryOpen_RightMacButOtherShape_IsRefused(int at, byte value)
    {
        using var key = Sample.Key();
        var find = WithMac(key, DiscoveryDatagram.BuildFind(key, _nonce), at, value);
        Assert.False(DiscoveryDatagram.TryOpenFind(find, [key], out _, out _));
        if (at is not (6 or 24)) // these two are fields of a hello
        {
            var hello = WithMac(key, DiscoveryDatagram.BuildHello(key, _nonce, 4644), at, value);
            Assert.False(DiscoveryDatagram.TryOpenHello(hello, key, _nonce, out _));
        }
    }

    [Fact]
    public void TryOpenHello_PortZero_IsRefused()
    {
        using var key = Sample.Key();
        var hello = WithMac(key, DiscoveryDatagram.BuildHello(key, _nonce, 0x0100), 6, 0);
        Assert.False(DiscoveryDatagram.TryOpenHello(hello, key, _nonce, out _));
    }

    [Fact]
    public void TryOpenHello_AnswerToAnotherQuestion_IsRefused()
    {
        using var key = Sample.Key();
        var hello = DiscoveryDatagram.BuildHello(key, Sample.Bytes(16, 6), 4644);
        Assert.False(DiscoveryDatagram.TryOpenHello(hello, key, _nonce, out var port));
        Assert.Equal(0, port);
        Assert.False(DiscoveryDatagram.TryOpenHello(hello, key, [], out _));
    }

    [Fact]
    public void TryOpen_WrongKey_IsRefused()
    {
        using var key = Sample.Key(1);
        using var other = Sample.Key(2);
        Assert.False(DiscoveryDatagram.TryOpenFind(DiscoveryDatagram.BuildFind(key, _nonce), [other], out var nonce, out var found));
        Assert.Null(nonce);
        Assert.Null(found);
        Assert.False(DiscoveryDatagram.TryOpenHello(DiscoveryDatagram.BuildHello(key, _nonce, 1), other, _nonce, out _));
    }

    [Fact]
    public void TryOpen_Reflected_IsRefused()
    {
        using var key = Sample.Key();
        var find = DiscoveryDatagram.BuildFind(key, _nonce);
        Assert.False(DiscoveryDatagram.TryOpenHello(find, key, _nonce, out _));
        Assert.False(DiscoveryDatagram.TryOpenFind(DiscoveryDatagram.BuildHello(key, _nonce, 1), [key], out _, out _));
    }

    [Fact]
    public void TryOpen_OtherLength_IsRefused()
    {
        using var key = Sample.Key();
        var find = DiscoveryDatagram.BuildFind(key, _nonce);
        for (var length = 0; length < 200; length++)
        {
            var bytes = new byte[length];
            find.AsSpan(0, Math.Min(length, find.Length)).CopyTo(bytes);
            Assert.Equal(length == DiscoveryDatagram.Size, DiscoveryDatagram.TryOpenFind(bytes, [key], out _, out _));
        }
    }

    [Fact]
    public void TryOpenFind_SixtyFourKeys_WorksAndOneMoreThrows()
    {
        var keys = Enumerable.Range(0, 65).Select(i => Sample.Key(i)).ToArray();
        Assert.True(DiscoveryDatagram.TryOpenFind(DiscoveryDatagram.BuildFind(keys[63], _nonce), keys[..64], out _, out var found));
        Assert.Same(keys[63], found);
        Assert.Throws<ArgumentException>(() => DiscoveryDatagram.TryOpenFind(DiscoveryDatagram.BuildFind(keys[1], _nonce), keys, out _, out _));
    }

    [Fact]
    public void Build_ManyTimes_RepeatsNoBytesButItsShape()
    {
        // What one key sends must not be recognisable as coming from one key.
        using var key = Sample.Key();
        var finds = Enumerable.Range(0, 50).Select(i => DiscoveryDatagram.BuildFind(key, Sample.Bytes(16, i))).ToArray();
        Assert.Equal(50, finds.Select(f => Convert.ToHexString(f[8..24])).Distinct().Count());
        Assert.Equal(50, finds.Select(f => Convert.ToHexString(f[48..])).Distinct().Count());
        using var other = Sample.Key(9);
        Assert.Equal(finds[0][..8], DiscoveryDatagram.BuildFind(other, _nonce)[..8]);
        Assert.All(finds, f => Assert.All(f[24..48], b => Assert.Equal(0, b)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65536)]
    public void BuildHello_ImpossiblePort_Throws(int port)
    {
        using var key = Sample.Key();
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscoveryDatagram.BuildHello(key, _nonce, port));
    }

    [Fact]
    public void TryOpen_RandomBytes_AreRefused()
    {
        using var key = SharedKey.Generate("k");
        Gen.Select(Gen.Byte.Array[0, 100], Gen.Byte.Array[64], Gen.Byte[0, 3], Gen.Int[0, 2]).Sample(
            (any, sized, type, shape) =>
            {
                var bytes = shape == 0 ? any : sized;
                if (shape == 2)
                {
                    "STFD\x01"u8.CopyTo(bytes);
                    bytes[5] = type;
                }

                return !DiscoveryDatagram.TryOpenFind(bytes, [key], out _, out _)
                    && !DiscoveryDatagram.TryOpenHello(bytes, key, sized.AsSpan(8, 16), out _);
            },
            iter: Sample.Tries(5_000));
    }

    private static byte[] WithMac(SharedKey key, byte[] datagram, int at, byte value)
    {
        datagram[at] = value;
        var mac = new byte[32];
        key.DiscoveryMac(datagram.AsSpan(0, 48), mac);
        mac.AsSpan(0, 16).CopyTo(datagram.AsSpan(48));
        return datagram;
    }
}
