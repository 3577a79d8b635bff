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

        var hello = DiscoveryDatagram.BuildHello(found, nonce, 4644, Sample.Laptop);
        Assert.True(DiscoveryDatagram.TryOpenHello(hello, key, _nonce, out var port, out _));
        Assert.Equal(4644, port);
    }

    /// <summary>No part of a laptop's answer repeats, and neither its name nor its id is visible.</summary>
    [Fact]
    public void Answers_OfOneLaptop_HaveNothingInCommonForAStranger()
    {
        using var key = Sample.Key(1);
        var answers = Enumerable.Range(0, 50).Select(i => i % 2 == 0
            ? DiscoveryDatagram.BuildHello(key, Sample.Bytes(16, i), 4644, Sample.Laptop)
            : CallDatagram.BuildChallenge(key, Sample.Bytes(16, i), Sample.Bytes(16, 100 + i), System.Net.IPAddress.IPv6Loopback, Sample.Laptop)).ToArray();
        foreach (var at in Enumerable.Range(8, DiscoveryDatagram.Size - 8 - 4))
        {
            Assert.Equal(50, answers.Select(answer => Convert.ToHexString(answer, at, 4)).Distinct().Count());
        }

        Assert.All(answers, answer => Assert.Equal((-1, -1), (answer.AsSpan().IndexOf("wren"u8), answer.AsSpan().IndexOf(Convert.FromHexString(Sample.Laptop.Id)))));
    }

    [Theory]
    [InlineData("wren", "wren")]
    [InlineData("", "")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789", "012345678901234567890123456789012345678901234567890123456789012")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901ż", "01234567890123456789012345678901234567890123456789012345678901")]
    public void Identity_OfAnyName_ArrivesAsFarAsItFits(string name, string arrives)
    {
        using var key = Sample.Key();
        var hello = DiscoveryDatagram.BuildHello(key, _nonce, 1, LaptopIdentity.Of("fedcba9876543210", name));
        Assert.True(DiscoveryDatagram.TryOpenHello(hello, key, _nonce, out _, out var laptop));
        Assert.Equal(new LaptopIdentity("fedcba9876543210", arrives), laptop);
    }

    [Fact]
    public void Identity_OfHalfACharacter_HasASignInItsPlace() =>
        Assert.Equal("a\ufffdb", LaptopIdentity.Of("fedcba9876543210", string.Concat("a", "\ud83d\ude00".AsSpan(0, 1), "b")).Name);

    [Theory]
    [InlineData(8, 64)]
    [InlineData(8, 255)]
    [InlineData(8, 3)]
    [InlineData(9, 0xff)]
    [InlineData(71, 1)]
    public void Identity_ThatIsNone_IsRefused(int at, byte value)
    {
        var bytes = new byte[LaptopIdentity.Size];
        Sample.Laptop.Write(bytes);
        Assert.Equal(Sample.Laptop, LaptopIdentity.Read(bytes));
        bytes[at] = value;
        Assert.Null(LaptopIdentity.Read(bytes));
    }

    [Theory]
    [InlineData("0123456789ABCDEF")]
    [InlineData("0123456789abcde")]
    [InlineData("0123456789abcdefa")]
    [InlineData("")]
    public void Identity_OfNoId_Throws(string id) => Assert.Throws<ArgumentException>(() => LaptopIdentity.Of(id, "wren"));

    [Fact]
    public void OtherVersion_OnlyOfWhatLooksLikeOurs_IsTold()
    {
        using var key = Sample.Key();
        var find = DiscoveryDatagram.BuildFind(key, _nonce);
        Assert.Null(DiscoveryDatagram.OtherVersion(find));
        find[4] = 1;
        Assert.Equal(1, DiscoveryDatagram.OtherVersion(find.AsSpan(0, 64)));
        Assert.Null(DiscoveryDatagram.OtherVersion(find.AsSpan(0, 63)));
        find[0] = 0;
        Assert.Null(DiscoveryDatagram.OtherVersion(find));
        Assert.Null(DiscoveryDatagram.OtherVersion([]));
    }

    [Fact]
    public void Answer_ComparedWithQuestion_IsNotLarger()
    {
        using var key = Sample.Key();
        Assert.Equal(DiscoveryDatagram.Size, DiscoveryDatagram.BuildFind(key, _nonce).Length);
        Assert.Equal(DiscoveryDatagram.Size, DiscoveryDatagram.BuildHello(key, _nonce, 1, Sample.Laptop).Length);
    }

    [Fact]
    public void TryOpen_AnyBitFlipped_IsRefused()
    {
        using var key = Sample.Key();
        var find = DiscoveryDatagram.BuildFind(key, _nonce);
        var hello = DiscoveryDatagram.BuildHello(key, _nonce, 4644, Sample.Laptop);
        for (var bit = 0; bit < DiscoveryDatagram.Size * 8; bit++)
        {
            Assert.False(DiscoveryDatagram.TryOpenFind(Sample.FlipBit(find, bit), [key], out _, out _));
            Assert.False(DiscoveryDatagram.TryOpenHello(Sample.FlipBit(hello, bit), key, _nonce, out _, out _));
        }
    }

    [Theory]
    [InlineData(4, 1)]
    [InlineData(5, 3)]
    [InlineData(5, 4)]
    [InlineData(6, 1)]
    [InlineData(24, 1)]
    [InlineData(40, 1)]
    [InlineData(111, 1)]
    public void TryOpen_RightMacButOtherShape_IsRefused(int at, byte value)
    {
        using var key = Sample.Key();
        var find = WithMac(key, DiscoveryDatagram.BuildFind(key, _nonce), at, value);
        Assert.False(DiscoveryDatagram.TryOpenFind(find, [key], out _, out _));
        if (at < 6) // the others are fields of a hello
        {
            var hello = Resealed(key, DiscoveryDatagram.BuildHello(key, _nonce, 4644, Sample.Laptop), at, value);
            Assert.False(DiscoveryDatagram.TryOpenHello(hello, key, _nonce, out _, out _));
        }
    }

    [Fact]
    public void TryOpenHello_PortZero_IsRefused()
    {
        using var key = Sample.Key();
        var hello = Resealed(key, DiscoveryDatagram.BuildHello(key, _nonce, 0x0100, Sample.Laptop), 6, 0);
        Assert.False(DiscoveryDatagram.TryOpenHello(hello, key, _nonce, out _, out _));
    }

    [Fact]
    public void TryOpenHello_AnswerToAnotherQuestion_IsRefused()
    {
        using var key = Sample.Key();
        var hello = DiscoveryDatagram.BuildHello(key, Sample.Bytes(16, 6), 4644, Sample.Laptop);
        Assert.False(DiscoveryDatagram.TryOpenHello(hello, key, _nonce, out var port, out _));
        Assert.Equal(0, port);
        Assert.False(DiscoveryDatagram.TryOpenHello(hello, key, [], out _, out _));
    }

    [Fact]
    public void TryOpen_WrongKey_IsRefused()
    {
        using var key = Sample.Key(1);
        using var other = Sample.Key(2);
        Assert.False(DiscoveryDatagram.TryOpenFind(DiscoveryDatagram.BuildFind(key, _nonce), [other], out var nonce, out var found));
        Assert.Null(nonce);
        Assert.Null(found);
        Assert.False(DiscoveryDatagram.TryOpenHello(DiscoveryDatagram.BuildHello(key, _nonce, 1, Sample.Laptop), other, _nonce, out _, out _));
    }

    [Fact]
    public void TryOpen_Reflected_IsRefused()
    {
        using var key = Sample.Key();
        var find = DiscoveryDatagram.BuildFind(key, _nonce);
        Assert.False(DiscoveryDatagram.TryOpenHello(find, key, _nonce, out _, out _));
        Assert.False(DiscoveryDatagram.TryOpenFind(DiscoveryDatagram.BuildHello(key, _nonce, 1, Sample.Laptop), [key], out _, out _));
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
        // Datagrams of the same key must not be recognizable as such.
        using var key = Sample.Key();
        var finds = Enumerable.Range(0, 50).Select(i => DiscoveryDatagram.BuildFind(key, Sample.Bytes(16, i))).ToArray();
        Assert.Equal(50, finds.Select(f => Convert.ToHexString(f[8..24])).Distinct().Count());
        Assert.Equal(50, finds.Select(f => Convert.ToHexString(f[112..])).Distinct().Count());
        using var other = Sample.Key(9);
        Assert.Equal(finds[0][..8], DiscoveryDatagram.BuildFind(other, _nonce)[..8]);
        Assert.All(finds, f => Assert.All(f[24..112], b => Assert.Equal(0, b)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65536)]
    public void BuildHello_ImpossiblePort_Throws(int port)
    {
        using var key = Sample.Key();
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscoveryDatagram.BuildHello(key, _nonce, port, Sample.Laptop));
    }

    [Fact]
    public void TryOpen_RandomBytes_AreRefused()
    {
        using var key = SharedKey.Generate("k");
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Byte.Array[128], Gen.Byte[0, 3], Gen.Int[0, 2]).Sample(
            (any, sized, type, shape) =>
            {
                var bytes = shape == 0 ? any : sized;
                if (shape == 2)
                {
                    "STFD\x02"u8.CopyTo(bytes);
                    bytes[5] = type;
                }

                return !DiscoveryDatagram.TryOpenFind(bytes, [key], out _, out _)
                    && !DiscoveryDatagram.TryOpenHello(bytes, key, sized.AsSpan(8, 16), out _, out _);
            },
            iter: Sample.Tries(5_000));
    }

    private static byte[] Resealed(SharedKey key, byte[] datagram, int at, byte value)
    {
        datagram[at] = value;
        datagram.AsSpan(40).Clear();
        return DatagramFrame.Seal(datagram, key, Sample.Laptop);
    }

    private static byte[] WithMac(SharedKey key, byte[] datagram, int at, byte value)
    {
        datagram[at] = value;
        var mac = new byte[32];
        key.DiscoveryMac(datagram.AsSpan(0, 112), mac);
        mac.AsSpan(0, 16).CopyTo(datagram.AsSpan(112));
        return datagram;
    }
}
